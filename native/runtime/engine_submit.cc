// What callers do with an engine: let requests in, take them back, run on their own thread.

#include <algorithm>

#include "runtime/batch/batch_window.h"
#include "runtime/engine.h"

namespace ntrt {
namespace {

/// An eighth of a time-out is set aside for what nobody foresees.
constexpr int kReserve = 8;
/// A window that follows the traffic is chosen anew so often.
constexpr auto kWindowInterval = std::chrono::milliseconds(10);

double milliseconds(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

}  // namespace

QueueState Engine::queue_state() const {
  std::lock_guard lock(mutex_);
  QueueState result;
  result.depth = planner_.num_items() + num_steps_waiting_;
  Clock::time_point oldest = planner_.oldest();
  for (const Sequence& sequence : sequences_.busy()) {
    if (!sequence.waiting.empty()) oldest = std::min(oldest, sequence.waiting.front()->submitted);
  }
  if (oldest != kNever) result.oldest_ms = milliseconds(Clock::now() - oldest);
  result.window_ms = milliseconds(planner_.limits().max_delay);
  return result;
}

std::string Engine::batching_fault() const {
  if (is_batching_ || !options_.layout.enabled) return {};
  return "a batch gave results of another shape than its inputs call for; since then requests run one by one";
}

void Engine::configure(QueueOptions options) {
  bool needed = false;
  {
    std::lock_guard lock(mutex_);
    throw_if_closed();
    planner_.set_limits(options.batch);
    queue_options_ = std::move(options);
    window_chosen_ = {};
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
}

QueueOptions Engine::queue_options() const {
  std::lock_guard lock(mutex_);
  return queue_options_;
}

void Engine::throw_if_closed() const {
  if (closing_) throw Error(Code::kNotOpen, "engine '" + options_.name + "' is closed");
}

void Engine::refuse(Refusal reason, double limit) {
  counters_.rejected[static_cast<size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  if (reason == Refusal::kDeadline) {
    const std::string ms = std::to_string(static_cast<int64_t>(limit) + 1);
    throw Error(Code::kTimeout,
                "engine '" + options_.name + "': the result would take about " + ms +
                    " ms, longer than options.timeoutMs allows; the request was not queued",
                {{"reason", "deadline-unreachable"}, {"expectedMs", limit}});
  }
  if (reason == Refusal::kSequences) {
    throw Error(Code::kQueueFull,
                "engine '" + options_.name + "' has " + std::to_string(static_cast<int64_t>(limit)) +
                    " sequences already (sequence.maxSequences)",
                {{"limit", limit}, {"unit", "sequences"}});
  }
  const bool requests = reason == Refusal::kRequests;
  const char* const unit = requests ? "requests" : "bytes";
  throw Error(Code::kQueueFull,
              "the queue of engine '" + options_.name + "' is full: " + std::to_string(static_cast<int64_t>(limit)) +
                  " " + unit + (requests ? " (batching.maxQueue)" : " (batching.maxQueueBytes)"),
              {{"limit", limit}, {"unit", unit}});
}

void Engine::throw_if_refused(size_t bytes, size_t requests_ahead, size_t bytes_ahead) {
  throw_if_closed();
  const size_t requests = planner_.num_items() + num_steps_waiting_ + num_admitted_ + requests_ahead;
  if (requests >= queue_options_.max_queue) refuse(Refusal::kRequests, static_cast<double>(queue_options_.max_queue));
  // A single request larger than the limit is let in alone, or it could never run.
  if (requests > 0 && queued_bytes_ + admitted_bytes_ + bytes_ahead + bytes > queue_options_.max_queue_bytes) {
    refuse(Refusal::kBytes, static_cast<double>(queue_options_.max_queue_bytes));
  }
}

void Engine::check_room(size_t bytes, size_t requests_ahead, size_t bytes_ahead) {
  std::lock_guard lock(mutex_);
  throw_if_refused(bytes, requests_ahead, bytes_ahead);
}

/// Whether batches are as large as it pays. Who gives a delay or sizes has chosen how large they are.
bool Engine::adapts_size() const noexcept {
  const BatchLimits& limits = queue_options_.batch;
  return limits.max_delay <= Clock::duration::zero() && limits.preferred_sizes.empty();
}

/// What the run of a new request will take, and what is before it; refuses one that cannot end in time.
void Engine::predict(Request& request, Clock::time_point now) {
  const uint64_t shape = shape_key(request);
  size_t max_size = request.solo ? 1 : queue_options_.batch.max_size;
  if (const size_t best = adapts_size() && !request.solo ? run_times_.best_size(shape, max_size) : 0; best > 0) {
    max_size = best;
  }
  const auto full = run_times_.expected(shape, max_size);
  request.expected_cost =
      full ? *full * static_cast<int64_t>(request.rows) / static_cast<int64_t>(max_size) : Clock::duration::zero();
  request.expected_run = Clock::duration::zero();
  request.predicted = Clock::duration::zero();
  if (request.deadline == kNever) return;
  if (request.deadline <= now) refuse(Refusal::kDeadline, milliseconds(now - request.submitted));
  // With nobody ahead of it, it is tried whatever earlier runs took: only a run can tell whether they still do.
  const size_t ahead = steps_ahead(request);
  if (planner_.empty() && idle_.size() > num_waiting_ && ahead == 0) return;
  const size_t waiting = request.solo ? 0 : planner_.rows_waiting(request.key);
  const size_t batch = std::min(max_size, request.rows + waiting);
  request.expected_run = run_times_.expected(shape, batch).value_or(Clock::duration::zero());
  Clock::time_point start = now;
  if (idle_.empty()) start = std::max(now, *std::min_element(busy_until_.begin(), busy_until_.end()));
  start += planner_.backlog(request.priority) / options_.instances;
  if (ahead > 0) start = std::max(start, now + request.expected_run * static_cast<int64_t>(ahead));
  const Clock::duration wait = start - now + std::max(request.expected_run, request.expected_cost);
  // Where a request waits for company, the time that it takes says nothing about the prediction.
  const bool meets_enough =
      request.solo || waiting >= max_size || planner_.limits().max_delay <= Clock::duration::zero();
  if (meets_enough && wait > Clock::duration::zero()) {
    request.admitted = now;
    request.predicted = wait;
  }
  // At most half of the time-out, or a pause of the machine would keep everybody out until it has faded.
  const Clock::duration late =
      std::min(lateness_[static_cast<size_t>(request.priority)].expected(now), (request.deadline - now) / 2);
  const Clock::time_point end = now + (wait + late) * kReserve / (kReserve - 1);
  if (end > request.deadline) refuse(Refusal::kDeadline, milliseconds(end - request.submitted));
}

void Engine::learn_lateness(const Request& request) noexcept {
  if (request.predicted <= Clock::duration::zero()) return;
  const Clock::time_point now = Clock::now();
  lateness_[static_cast<size_t>(request.priority)].learn(request.predicted, now - request.admitted, now);
}

void Engine::delivered(const Request& request) noexcept {
  if (request.predicted <= Clock::duration::zero()) return;
  const std::lock_guard lock(mutex_);
  learn_lateness(request);
}

void Engine::adapt_window(const Request& request, Clock::time_point now) {
  const QueueOptions& options = queue_options_;
  if (options.target_p99 <= Clock::duration::zero() || request.solo) return;
  arrivals_.add(request.rows, now);
  if (now - window_chosen_ < kWindowInterval) return;
  window_chosen_ = now;
  const uint64_t shape = shape_key(request);
  planner_.set_max_delay(choose_batch_window(options.target_p99, arrivals_.rows_per_second(now), options.batch.max_size,
                                             [&](size_t rows) { return run_times_.expected(shape, rows); }));
}

void Engine::admit(Request& request) {
  const BatchLayout& layout = options_.layout;
  if (request.step) add_state(request);
  set_batch_key(request, layout, is_batching_.load(std::memory_order_relaxed));
  const Clock::time_point now = Clock::now();
  std::lock_guard lock(mutex_);
  throw_if_refused(request.bytes, 0, 0);
  if (request.rows > queue_options_.batch.max_size && !queue_options_.split) run_alone(request);
  sequences_.expire(now);
  if (request.step) check_sequence(*request.step);
  predict(request, now);
  adapt_window(request, now);
  if (request.step) open_sequence(request, *request.step);
  if (!request.solo) {
    buffers_.reserve(request, layout, queue_options_.batch.max_size, planner_.rows_waiting(request.key));
  }
  ++num_admitted_;
  admitted_bytes_ += request.bytes;
}

void Engine::enqueue(std::shared_ptr<Request> request) {
  Request& r = *request;
  bool needed = false;
  {
    std::lock_guard lock(mutex_);
    Sequence* const sequence = r.sequence;
    const bool waits = sequence != nullptr && sequence->in_hand;
    waits ? wait_for_turn(std::move(request)) : planner_.add(std::move(request));
    if (sequence != nullptr) sequence->in_hand = true;
    --num_admitted_;
    admitted_bytes_ -= r.bytes;
    queued_bytes_ += r.bytes;
    r.state = waits ? Request::State::kWaiting : Request::State::kQueued;
    // Before a lane can end it, or more would have ended than were accepted.
    counters_.accepted.fetch_add(1, std::memory_order_relaxed);
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
}

void Engine::withdraw(Request& request) noexcept {
  bool needed = false;
  {
    const std::lock_guard lock(mutex_);
    buffers_.release(request);
    --num_admitted_;
    admitted_bytes_ -= request.bytes;
    if (Sequence* const sequence = std::exchange(request.sequence, nullptr)) {
      sequences_.close(*sequence, request.ends_sequence, false, Clock::now());
      needed = lane_is_needed();
    }
  }
  if (needed) work_.notify_one();
}

void Engine::submit(const std::shared_ptr<Request>& request) {
  request->borrowed.assign(request->inputs.size(), false);
  admit(*request);
  try {
    enqueue(request);
  } catch (...) {
    withdraw(*request);
    throw;
  }
}

void Engine::flush() noexcept {
  bool needed = false;
  {
    const std::lock_guard lock(mutex_);
    planner_.flush();
    for (const Sequence& sequence : sequences_.busy()) {
      for (const auto& item : sequence.waiting) static_cast<Request&>(*item).flushed = true;
    }
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
}

void Engine::begin_burst() {
  std::lock_guard lock(mutex_);
  // Bursts of several threads that overlap without end must not hold anything up.
  if (open_bursts_++ == 0) burst_ends_ = Clock::now() + kBurstLimit;
}

void Engine::end_burst() noexcept {
  bool needed = false;
  {
    const std::lock_guard lock(mutex_);
    --open_bursts_;
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
}

bool Engine::cancel(const std::shared_ptr<Request>& request, Abandon reason) { return remove(request, reason, true); }

bool Engine::dequeue(const std::shared_ptr<Request>& request, Abandon reason) { return remove(request, reason, false); }

bool Engine::remove(const std::shared_ptr<Request>& request, Abandon reason, bool also_running) {
  bool needed = false;
  {
    std::lock_guard lock(mutex_);
    Request& r = *request;
    if (r.state == Request::State::kDone || r.abandon != Abandon::kNone) return false;
    if (r.state == Request::State::kWaiting) {
      r.abandon = reason;
      stop_waiting(r);
    } else {
      const bool queued = r.bucket != nullptr;
      const bool running = r.rows_finished < r.rows_planned;  // some of its rows are
      if ((queued && !running) || also_running) r.abandon = reason;
      if (queued && (!running || also_running)) {
        r.rows_finished += r.rows - r.rows_planned;
        queued_bytes_ -= r.bytes;
        planner_.remove(r);
      }
      if (!queued || running) return false;
      buffers_.release(r);
      if (Sequence* const sequence = std::exchange(r.sequence, nullptr)) {
        end_step(*sequence, r.ends_sequence, false, Clock::now());
        needed = lane_is_needed();
      }
    }
    r.state = Request::State::kDone;
  }
  if (needed) work_.notify_one();
  (reason == Abandon::kTimedOut ? counters_.timed_out : counters_.aborted).fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::optional<Clock::duration> Engine::try_run_in_place(Request& request, Clock::duration budget) {
  const auto limit = std::min<Clock::duration>(std::chrono::microseconds(options_.inline_below_us), budget);
  if (limit <= Clock::duration::zero()) return std::nullopt;
  set_batch_key(request, options_.layout, is_batching_.load(std::memory_order_relaxed));
  InstancePtr instance;
  {
    std::lock_guard lock(mutex_);
    throw_if_closed();
    if (!planner_.empty() || idle_.size() != all_instances_.size()) return std::nullopt;
    const auto usual = run_times_.measured(shape_key(request), request.rows);
    if (!usual || *usual >= limit) return std::nullopt;
    instance = take_instance(*usual);
  }
  counters_.in_place.fetch_add(1, std::memory_order_relaxed);
  return run_here(std::move(instance), request);
}

void Engine::run_blocking(Request& request) {
  set_batch_key(request, options_.layout, is_batching_.load(std::memory_order_relaxed));
  InstancePtr instance;
  bool needed = false;
  {
    std::unique_lock lock(mutex_);
    throw_if_closed();
    ++num_waiting_;
    instance_free_.wait(lock, [this] { return !idle_.empty(); });
    --num_waiting_;
    instance = take_instance({});
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
  run_here(std::move(instance), request);
}

/// What a run on this thread tells about its shape. Padded requests have that of their bucket, but run as they are
/// here: a short time tells nothing, a long one that the bucket takes as long at least.
std::optional<Clock::duration> Engine::told_by(const Request& request, uint64_t shape, Clock::duration took) const {
  if (!request.is_padded()) return took;
  const std::lock_guard lock(mutex_);
  const auto usual = run_times_.measured(shape, request.rows);
  return usual ? std::optional(std::max(*usual, took)) : std::nullopt;
}

Clock::duration Engine::run_here(InstancePtr instance, Request& request) {
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  const uint64_t shape = shape_key(request);
  const Clock::time_point start = Clock::now();
  RunFacts& facts = request.facts;
  facts.in_place = true;
  try {
    const MemoryScope scope(options_.memory, MemoryUse::kActivations);
    instance->run(request.inputs, request.outputs);
    const Clock::duration took = Clock::now() - start;
    give_back(std::move(instance), shape, request.rows, told_by(request, shape, took));
    counters_.batch_sizes.record(request.items);
    counters_.record(Stage::kQueue, to_nanoseconds(start - request.submitted));
    counters_.record(Stage::kCompute, to_nanoseconds(took));
    counters_.rows.fetch_add(request.items, std::memory_order_relaxed);
    counters_.completed.fetch_add(1, std::memory_order_relaxed);
    facts.queue = start - request.submitted;
    facts.batch = {counters_.next_batch(), request.items, 1, 0, facts.queue, nullptr};
    facts.rows = request.items;
    facts.compute = took;
    facts.tells_of_batch = true;
    return took;
  } catch (...) {
    if (instance) give_back(std::move(instance), shape, request.rows, std::nullopt);
    counters_.failed.fetch_add(1, std::memory_order_relaxed);
    throw;
  }
}

}  // namespace ntrt
