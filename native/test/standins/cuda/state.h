#pragma once
// Everything that the stand-in driver knows. One lock for all of it, which threads of streams give back while they
// copy, compute and wait. Never destroyed: those threads may wait on it while the process ends.

#include "test/standins/cuda/operation.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "test/standins/cuda/report.h"
#include "test/standins/settings.h"

namespace standin {

struct Capture;
struct Context;
struct Device;

struct Stream {
  uint32_t lane = 0;
  uint64_t ticks = 0;
  Context* context = nullptr;
  unsigned flags = 0;
  int priority = 0;
  bool is_legacy = false;
  bool has_thread = false;
  bool is_destroyed = false;
  std::deque<Operation> queue;
  CompletionPtr last;
  VectorClock clock;
  /// When the device is done with what ran so far.
  TimePoint free_at{};
  /// What is submitted goes there meanwhile.
  std::shared_ptr<Capture> capture;

  bool is_blocking() const { return !is_legacy && (flags & CU_STREAM_NON_BLOCKING) == 0; }
};
using StreamPtr = std::shared_ptr<Stream>;

struct Event {
  Context* context = nullptr;
  bool has_timing = true;
  CompletionPtr recorded;
  /// Of a record in a capture: nodes of its graph.
  std::shared_ptr<Capture> capture;
  std::vector<size_t> captured_nodes;
};
using EventPtr = std::shared_ptr<Event>;

/// What is free to be used again, in the order of the stream that freed it.
struct FreedMemory {
  uint64_t bytes;
  CompletionPtr freed;
  uint64_t tick;
};

struct Pool {
  Device* device = nullptr;
  bool is_default = false;
  uint64_t threshold = 0;
  uint64_t reserved = 0;
  uint64_t peak_reserved = 0;
  uint64_t used = 0;
  uint64_t peak_used = 0;
  int reuse[3] = {1, 1, 1};  // follow events, opportunistic, internal dependencies
  std::deque<FreedMemory> free;
};
using PoolPtr = std::shared_ptr<Pool>;

struct Node {
  OperationSpec spec;
  std::vector<size_t> after;
  uint32_t branch = 0;  // 0 is the stream on which the capture began
  std::vector<bool> ancestors;
};

struct Graph {
  Context* context = nullptr;
  std::vector<Node> nodes;
  uint32_t num_branches = 1;
};
using GraphPtr = std::shared_ptr<Graph>;

struct GraphExec {
  Context* context = nullptr;
  Graph graph;
  std::vector<StreamPtr> branches;  // of the branches from 1
  CompletionPtr last;
};
using GraphExecPtr = std::shared_ptr<GraphExec>;

/// Objects by their handles. A handle is never used twice.
template <typename T>
class Table {
 public:
  explicit Table(uint64_t base) : next_(base) {}
  uint64_t add(std::shared_ptr<T> object) {
    next_ += 16;
    objects_[next_] = std::move(object);
    return next_;
  }
  template <typename Handle>
  std::shared_ptr<T> find(Handle handle) const {
    const auto found = objects_.find(reinterpret_cast<uint64_t>(handle));
    return found == objects_.end() ? nullptr : found->second;
  }
  template <typename Handle>
  void erase(Handle handle) {
    objects_.erase(reinterpret_cast<uint64_t>(handle));
  }
  std::map<uint64_t, std::shared_ptr<T>>& all() { return objects_; }

 private:
  uint64_t next_;
  std::map<uint64_t, std::shared_ptr<T>> objects_;
};

/// The primary context of a device; there are no others.
struct Context {
  Device* device = nullptr;
  uint64_t handle = 0;
  int num_retained = 0;
  /// What it is lost with; it stays so for the life of the process.
  CUresult lost = CUDA_SUCCESS;
  StreamPtr legacy;
};

struct Device {
  int index = 0;  // before CUDA_VISIBLE_DEVICES
  uint64_t used = 0;
  Context context;
  PoolPtr default_pool;
  uint64_t default_pool_handle = 0;
  /// When each engine is free again, by the device's timetable: to device, to host, on device.
  TimePoint copy_free_at[3]{};
  std::vector<TimePoint> compute_free_at;
};

/// The thread of a stream.
struct Worker {
  std::thread thread;
  StreamPtr stream;
  bool is_finished = false;
};

struct State {
  std::mutex mutex;
  std::condition_variable changed;
  Settings settings;
  Reports reports;
  Faults faults;
  Memory memory{reports};
  bool is_initialized = false;
  std::vector<std::unique_ptr<Device>> devices;
  Table<Stream> streams{0x51'0000'0000};
  Table<Event> events{0x52'0000'0000};
  Table<Graph> graphs{0x53'0000'0000};
  Table<GraphExec> execs{0x54'0000'0000};
  Table<Pool> pools{0x55'0000'0000};
  /// What some thread of the host has seen done: all that is submitted from now on is after it.
  VectorClock host;
  uint32_t num_lanes = 0;
  uint64_t num_hang_releases = 0;
  std::vector<std::weak_ptr<Capture>> captures;
  std::vector<std::shared_ptr<Worker>> workers;
  /// Destroyed, but with blocks that are not back.
  std::vector<PoolPtr> dying_pools;

  void violation(const char* kind, const std::string& text) { reports.add(kind, text, settings.abort_on_violation); }
  Context* find_context(CUcontext handle);
  StreamPtr make_stream(Context* context, unsigned flags, int priority);
};

State& state();

/// The context lost, with everything that is in its streams.
void lose(State& state, Context& context, CUresult code);

}  // namespace standin
