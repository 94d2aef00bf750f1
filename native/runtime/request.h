#pragma once
// One inference request on its way from submit to completion.

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "core/error.h"
#include "memory/buffer.h"

namespace ntrt {

using Clock = std::chrono::steady_clock;

class Engine;
struct Request;

/// Receives finished requests, on a lane thread; must not block and must not throw.
class CompletionSink {
 public:
  virtual ~CompletionSink() = default;
  virtual void completed(std::shared_ptr<Request> request) noexcept = 0;
};

/// Why a request ended without a result of its own.
enum class Abandon : uint8_t { kNone, kAborted, kTimedOut, kDropped };

/// Written by the thread that submits it, then by the lane that runs it, then by the thread that takes its
/// results; never by two at once. What the queue needs stands under the engine's mutex.
struct Request {
  uint64_t id = 0;
  std::shared_ptr<CompletionSink> sink;
  std::shared_ptr<Engine> engine;

  std::vector<TensorView> inputs;
  std::vector<bool> borrowed;                    ///< per input: its data is memory of the caller's
  std::vector<Buffer> buffers;                   ///< own the data of `inputs`
  std::deque<std::vector<std::string>> strings;  ///< likewise, of string inputs; a deque never moves its elements
  std::vector<OutputRequest> outputs;
  size_t bytes = 0;  ///< of all inputs, for the queue's limit

  Clock::time_point submitted;
  Clock::time_point deadline = Clock::time_point::max();
  std::optional<Error> error;  ///< set instead of results

  // Guarded by Engine::mutex_.
  enum class State : uint8_t { kNew, kQueued, kRunning, kDone } state = State::kNew;
  Abandon abandon = Abandon::kNone;
  std::list<std::shared_ptr<Request>>::iterator position;  ///< in the queue while kQueued
};

/// A key for "the same shapes again": FNV-1a over all dimensions.
uint64_t shape_key(const std::vector<TensorView>& inputs) noexcept;

}  // namespace ntrt
