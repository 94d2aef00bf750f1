#pragma once
// An engine: one loaded model, its execution contexts, a bounded queue and the threads ("lanes") that drain it.
//
// Owned jointly by its handles (EngineHandle) and its lanes. Any thread may call it. close() is called once, when the
// last handle goes; the lanes then finish what is queued, and the last one out frees the model, on its own thread, so
// that no JavaScript thread ever waits for memory to be unmapped.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "backends/backend.h"
#include "runtime/engine_stats.h"
#include "runtime/process_exit.h"
#include "runtime/request.h"

namespace ntrt {

struct EngineOptions {
  std::string name;
  int instances = 1;
  size_t max_queue = 1024;
  size_t max_queue_bytes = size_t{256} << 20;
  int64_t inline_below_us = 50;  ///< 0: never in place
};

struct QueueState {
  size_t depth = 0;
  double oldest_ms = 0;
};

class Engine final : public Interruptible, public std::enable_shared_from_this<Engine> {
 public:
  /// Creates the instances and starts the lanes. Throws Error.
  static std::shared_ptr<Engine> start(std::unique_ptr<LoadedModel> model, EngineOptions options);

  Engine(std::unique_ptr<LoadedModel> model, EngineOptions options);
  ~Engine() override = default;

  const Signature& signature() const noexcept { return signature_; }
  const EngineOptions& options() const noexcept { return options_; }
  EngineCounters& counters() noexcept { return counters_; }
  QueueState queue_state() const;

  /// Queues the request, or throws Error{kQueueFull, kNotOpen}. Its sink is called exactly once, unless cancel()
  /// returned true for it.
  void submit(std::shared_ptr<Request> request);

  /// Throws (and counts) what submit() would for a request of `bytes`, were the requests ahead of it queued already.
  /// For callers that prepare requests over time.
  void check_room(size_t bytes, size_t requests_ahead, size_t bytes_ahead);

  /// Takes a queued request out of the queue and returns true; of a running one it only notes that nobody waits.
  bool cancel(const std::shared_ptr<Request>& request, Abandon reason);

  /// The same, but leaves a running one as it is.
  bool dequeue(const std::shared_ptr<Request>& request, Abandon reason);

  /// Runs the request on this thread if the engine is idle and runs of this shape were measured to be quicker than
  /// both `inline_below_us` and `budget`. Returns the time it took, or nullopt if it did not run. Throws Error.
  std::optional<Clock::duration> try_run_in_place(Request& request, Clock::duration budget);

  /// Waits for an execution context and runs the request on this thread. Throws Error.
  void run_blocking(Request& request);

  /// The last handle is gone. `on_closed` is called on a lane's thread once the model's memory is given back.
  void close(std::function<void()> on_closed);

  void interrupt() noexcept override;

 private:
  using InstancePtr = std::unique_ptr<Instance>;

  void lane();
  std::shared_ptr<Request> next_request(InstancePtr& instance);
  void execute(const std::shared_ptr<Request>& request, InstancePtr instance) noexcept;
  /// Runs and measures; the error goes to the caller.
  Clock::duration run_on(Instance& instance, Request& request);
  void give_back(InstancePtr instance, uint64_t key, Clock::duration took, bool succeeded) noexcept;
  void learn(uint64_t key, Clock::duration took) noexcept;
  bool lane_may_start() const;  // REQUIRES: mutex_
  void last_lane_out();
  /// start() could not make `count` of the lanes.
  void lanes_missing(size_t count);
  bool remove(const std::shared_ptr<Request>& request, Abandon reason, bool also_running);
  void throw_if_refused(size_t bytes, size_t requests_ahead, size_t bytes_ahead);  // REQUIRES: mutex_

  const EngineOptions options_;
  std::unique_ptr<LoadedModel> model_;
  const Signature signature_;
  EngineCounters counters_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable instance_free_;
  std::list<std::shared_ptr<Request>> queue_;               // guarded by mutex_
  size_t queued_bytes_ = 0;                                 // guarded by mutex_
  std::vector<InstancePtr> idle_;                           // guarded by mutex_
  std::vector<Instance*> all_instances_;                    // guarded by mutex_
  size_t num_waiting_ = 0;                                  // callers of run_blocking; guarded by mutex_
  size_t num_lanes_ = 0;                                    // guarded by mutex_
  bool closing_ = false;                                    // guarded by mutex_
  std::function<void()> on_closed_;                         // guarded by mutex_
  std::unordered_map<uint64_t, Clock::duration> expected_;  // by shape_key; guarded by mutex_
};

}  // namespace ntrt
