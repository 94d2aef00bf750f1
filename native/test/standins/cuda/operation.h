#pragma once
// What streams do: one operation after the other.

#include "test/standins/cuda/abi.h"
// abi.h is first: it decides which functions are exported.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "test/standins/cuda/clock.h"
#include "test/standins/cuda/faults.h"
#include "test/standins/cuda/memory.h"

namespace standin {

using TimePoint = std::chrono::steady_clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

/// How far an operation is. Under the state's lock; `clock` and `lane` never change.
struct Completion {
  bool is_done = false;
  /// When the device was done with it, by the device's timetable.
  TimePoint at{};
  uint32_t lane = 0;
  VectorClock clock;
};
using CompletionPtr = std::shared_ptr<Completion>;

/// Which part of the device an operation keeps busy.
enum class EngineKind { kNone, kToDevice, kToHost, kOnDevice, kCompute };

/// An operation as it was asked for; a graph keeps it, and launches it many times.
struct OperationSpec {
  const char* name = "";
  EngineKind engine = EngineKind::kNone;
  size_t bytes = 0;        // of a copy
  Nanoseconds duration{};  // of a computation
  std::vector<StandinAccess> accesses{};
  /// memory[i] is where accesses[i] is. Returns 0 or what the context is lost with.
  std::function<int(const std::vector<std::byte*>& memory)> run{};
  /// Runs in the host's time, and the host knows by it that what was before is done.
  bool is_host_function = false;
};

/// An operation in a stream's queue.
struct Operation {
  OperationSpec spec;
  CompletionPtr completion;
  std::vector<CompletionPtr> after;
  std::vector<BlockPtr> blocks;  // of spec.accesses
  std::vector<std::byte*> memory;
  TimePoint submitted{};
  std::optional<Fault> fault;
  /// Called when it is done, or dropped, under the state's lock.
  std::function<void()> on_done;
};

}  // namespace standin
