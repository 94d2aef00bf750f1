#pragma once
// An engine: one loaded model, its execution contexts, one queue for all who use it in this process, and the threads
// ("lanes") that drain it in batches.
//
// Owned jointly by its handles (EngineHandle) and its lanes. Any thread may call it. close() is called once, when the
// last handle goes; the lanes then finish what is queued, and the last one out frees the model, on its own thread, so
// that no JavaScript thread ever waits for memory to be unmapped.
//
// Note "bursts": a JavaScript thread submits one request after the other, until it has nothing more to do; only then is
// it known which of them can meet. begin_burst() says that more may follow and end_burst() that no more does; meanwhile
// only full batches start, for kBurstLimit at most. Waking a lane takes about as long, and it is woken by the first.

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "memory/owner.h"
#include "runtime/batch/arrival_rate.h"
#include "runtime/batch/batch_buffers.h"
#include "runtime/batch/batch_layout.h"
#include "runtime/batch/batch_planner.h"
#include "runtime/batch/lateness.h"
#include "runtime/batch/run_times.h"
#include "runtime/numa_binding.h"
#include "runtime/process_exit.h"
#include "runtime/request.h"
#include "runtime/sequence/sequence_table.h"
#include "runtime/stats/engine_stats.h"

namespace ntrt {

class BatchRun;

/// What may be changed while the engine runs.
struct QueueOptions {
  BatchLimits batch;
  Clock::duration target_p99{};  ///< not 0: `batch.max_delay` is chosen by it
  bool split = false;            ///< a request of more than `batch.max_size` rows is split; else it runs as it is
  size_t max_queue = 1024;
  size_t max_queue_bytes = size_t{256} << 20;
};

struct EngineOptions {
  std::string name;
  int instances = 1;
  int64_t inline_below_us = 50;  ///< 0: never in place
  QueueOptions queue;
  BatchLayout layout;
  SequenceOptions sequences;
  NumaBinding numa;                     ///< of the thread that starts the engine, and so of its lanes
  std::shared_ptr<MemoryOwner> memory;  ///< whose account everything goes on; none: nobody's
};

struct QueueState {
  size_t depth = 0;
  double oldest_ms = 0;
  double window_ms = 0;  ///< what `max_delay` is at the moment
};

class Engine final : public Interruptible, public std::enable_shared_from_this<Engine> {
 public:
  static constexpr Clock::duration kBurstLimit = std::chrono::milliseconds(1);

  /// Creates the instances and starts the lanes. Throws Error.
  static std::shared_ptr<Engine> start(std::unique_ptr<LoadedModel> model, EngineOptions options);

  Engine(std::unique_ptr<LoadedModel> model, EngineOptions options);
  ~Engine() override = default;

  const Signature& signature() const noexcept { return signature_; }
  /// LoadedModel::facts()
  const std::string& facts() const noexcept { return facts_; }
  const EngineOptions& options() const noexcept { return options_; }
  EngineCounters& counters() noexcept { return counters_; }
  QueueState queue_state() const;
  SequenceStats sequence_stats() const;
  /// Why requests do not meet although the model was proved to allow it; empty while they do.
  std::string batching_fault() const;

  /// Live, for all handles.
  void configure(QueueOptions options);
  QueueOptions queue_options() const;

  /// Lets the request in, or throws (and counts) Error{kQueueFull, kTimeout, kNotOpen}. Its inputs view the caller's
  /// memory; where its slot names rows of a batch buffer, that is where they are to be copied. enqueue() or withdraw()
  /// follows. A step of a sequence gets its state, Note "sequences"; it can also be refused with kShapeMismatch.
  void admit(Request& request);
  /// Queues a request that was let in and owns its data. Its sink is called exactly once, unless cancel() or dequeue()
  /// returned true for it. Throws std::bad_alloc; then withdraw() follows.
  void enqueue(std::shared_ptr<Request> request);
  void withdraw(Request& request) noexcept;
  /// Both, for a request that owns its data already.
  void submit(const std::shared_ptr<Request>& request);

  /// Throws (and counts) what admit() would for a request of `bytes`, were the requests ahead of it queued already.
  /// For callers that prepare requests over time.
  void check_room(size_t bytes, size_t requests_ahead, size_t bytes_ahead);

  /// What is queued now does not wait for company any longer.
  void flush() noexcept;

  /// Note "bursts". Each begin_burst() is followed by one end_burst().
  void begin_burst();
  void end_burst() noexcept;

  /// Takes a queued request out of the queue and returns true; of a running one it only notes that nobody waits.
  bool cancel(const std::shared_ptr<Request>& request, Abandon reason);

  /// The same, but leaves a running one as it is.
  bool dequeue(const std::shared_ptr<Request>& request, Abandon reason);

  /// Its results have reached the caller.
  void delivered(const Request& request) noexcept;

  /// Runs the request on this thread if the engine is idle and runs of this shape were measured to be quicker than
  /// both `inline_below_us` and `budget`. Returns the time it took, or nullopt if it did not run. Throws Error.
  std::optional<Clock::duration> try_run_in_place(Request& request, Clock::duration budget);

  /// Waits for an execution context and runs the request on this thread. Throws Error.
  void run_blocking(Request& request);

  /// For EngineHandle: counts the handles. drop_handle() returns whether that was the last one.
  void add_handle() noexcept { num_handles_.fetch_add(1, std::memory_order_relaxed); }
  /// False if there is none any more: the engine is closing.
  bool add_handle_to_open() noexcept {
    size_t count = num_handles_.load(std::memory_order_relaxed);
    while (count > 0 && !num_handles_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) {
    }
    return count > 0;
  }
  bool drop_handle() noexcept { return num_handles_.fetch_sub(1, std::memory_order_acq_rel) == 1; }

  /// The last handle is gone. `on_closed` is called on a lane's thread once the model's memory is given back.
  void close(std::function<void()> on_closed);

  void interrupt() noexcept override;

 private:
  using InstancePtr = std::unique_ptr<Instance>;

  /// What a lane takes from the queue at once.
  struct Work {
    BatchPlan plan;
    InstancePtr instance;             ///< null if there is nothing to run
    std::optional<size_t> first_row;  ///< Note "batch buffers": in one piece from this row on
    std::shared_ptr<PlanItem> no_memory;
    uint64_t shape = 0;
    size_t rows = 0;
    Clock::time_point started;
    bool ran = false;  ///< as one batch, the last time: its time is yet to be learnt

    bool empty() const noexcept { return plan.slices.empty() && plan.expired.empty() && !no_memory; }
  };

  void lane();
  bool next_work(Work& work);
  void take_work(Work& work, Clock::time_point now);  // REQUIRES: mutex_
  void execute(BatchRun& run, Work& work) noexcept;
  void add_state(Request& request) const;
  void check_sequence(const SequenceStep& step);                                           // REQUIRES: mutex_
  size_t steps_ahead(const Request& request) const noexcept;                               // REQUIRES: mutex_
  void open_sequence(Request& request, const SequenceStep& step);                          // REQUIRES: mutex_
  void wait_for_turn(std::shared_ptr<Request> request);                                    // REQUIRES: mutex_
  void stop_waiting(Request& request) noexcept;                                            // REQUIRES: mutex_
  void end_step(Sequence& sequence, bool last, bool ran, Clock::time_point now) noexcept;  // REQUIRES: mutex_
  static void note_end(Request& request, bool ran, Sequence*& ended) noexcept;
  void end_steps(Sequence* ended) noexcept;
  void keep_state(Request& request) noexcept;
  bool give_up(Request& request, const Error& error, bool timed_out) noexcept;
  bool finish_rows(Request& request, size_t rows) noexcept;
  void deliver(std::shared_ptr<PlanItem> item, std::shared_ptr<CompletionSink>& sink) noexcept;
  Clock::duration run_here(InstancePtr instance, Request& request);
  std::optional<Clock::duration> told_by(const Request& request, uint64_t shape, Clock::duration took) const;
  InstancePtr take_instance(Clock::duration expected_run);  // REQUIRES: mutex_
  void give_back(InstancePtr instance, uint64_t shape, size_t rows, std::optional<Clock::duration> took) noexcept;
  PlanMode mode(Clock::time_point now) const noexcept;  // REQUIRES: mutex_
  Clock::time_point next_start() const noexcept;        // REQUIRES: mutex_
  Clock::time_point next_wake() const noexcept;         // REQUIRES: mutex_
  bool lane_is_needed() noexcept;                       // REQUIRES: mutex_
  bool all_done() const noexcept;                       // REQUIRES: mutex_
  void last_lane_out();
  void lanes_missing(size_t count);
  bool remove(const std::shared_ptr<Request>& request, Abandon reason, bool also_running);
  void throw_if_refused(size_t bytes, size_t requests_ahead, size_t bytes_ahead);  // REQUIRES: mutex_
  bool adapts_size() const noexcept;                                               // REQUIRES: mutex_
  void predict(Request& request, Clock::time_point now);                           // REQUIRES: mutex_
  void learn_lateness(const Request& request) noexcept;                            // REQUIRES: mutex_
  void adapt_window(const Request& request, Clock::time_point now);                // REQUIRES: mutex_
  [[noreturn]] void refuse(Refusal reason, double limit);
  void throw_if_closed() const;  // REQUIRES: mutex_

  std::shared_ptr<const void> numa_counted_;  // until the model is gone; the last lane lets it go
  const EngineOptions options_;
  std::unique_ptr<LoadedModel> model_;
  const Signature signature_;
  const std::string facts_;
  /// Made beforehand: lanes take no memory to say so.
  const Error too_late_{Code::kTimeout, "the request's time-out would pass before its result is there"};
  EngineCounters counters_;
  std::atomic<size_t> num_handles_{0};
  std::atomic<bool> is_batching_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable instance_free_;
  QueueOptions queue_options_;  // guarded by mutex_, as is all that follows
  BatchPlanner planner_;
  BatchBuffers buffers_;
  SequenceTable sequences_;
  size_t num_steps_waiting_ = 0;  ///< in sequences
  PlanQueue stranded_;            ///< steps that there was no memory for in the planner
  RunTimes run_times_;
  ArrivalRate arrivals_;
  std::array<Lateness, kNumPriorities> lateness_;
  Clock::time_point window_chosen_;
  size_t queued_bytes_ = 0;
  size_t num_admitted_ = 0;  ///< let in and not yet queued
  size_t admitted_bytes_ = 0;
  size_t open_bursts_ = 0;
  Clock::time_point burst_ends_;
  size_t num_sleeping_ = 0;              ///< lanes
  Clock::time_point lanes_sleep_until_;  ///< if any: unless woken
  std::vector<InstancePtr> idle_;
  std::vector<Instance*> all_instances_;
  std::vector<Clock::time_point> busy_until_;  ///< per instance in all_instances_: when its run should end
  size_t num_waiting_ = 0;                     ///< callers of run_blocking
  size_t num_lanes_ = 0;
  bool closing_ = false;
  std::function<void()> on_closed_;
};

}  // namespace ntrt
