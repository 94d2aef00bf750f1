// Starting and closing, and what the lanes do. What callers do is in engine_submit.cc, sequences are in
// engine_sequences.cc.

#include "runtime/engine.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>

#include "memory/heap.h"
#include "runtime/batch/batch_run.h"

namespace ntrt {

std::shared_ptr<Engine> Engine::start(std::unique_ptr<LoadedModel> model, EngineOptions options) {
  auto engine = std::make_shared<Engine>(std::move(model), std::move(options));
  // A lane that is counted before it starts keeps the others from taking themselves for the last one.
  engine->num_lanes_ = static_cast<size_t>(engine->options_.instances);
  const size_t wanted = engine->num_lanes_;
  for (size_t started = 0; started < wanted; ++started) {
    try {
      std::thread([engine] { engine->lane(); }).detach();
    } catch (const std::system_error& error) {
      engine->lanes_missing(wanted - started);
      throw Error(Code::kInternal, std::string("a thread of the engine could not be started: ") + error.what());
    } catch (...) {
      engine->lanes_missing(wanted - started);
      throw;
    }
  }
  return engine;
}

Engine::Engine(std::unique_ptr<LoadedModel> model, EngineOptions options)
    : numa_counted_(std::move(options.numa.counted)),
      options_(std::move(options)),
      model_(std::move(model)),
      signature_(model_->signature()),
      facts_(model_->facts()),
      is_batching_(options_.layout.enabled),
      queue_options_(options_.queue),
      planner_(options_.queue.batch),
      buffers_(static_cast<size_t>(options_.instances) + 1, options_.numa.node),
      sequences_(options_.sequences) {
  for (int i = 0; i < options_.instances; ++i) {
    idle_.push_back(model_->create_instance());
    all_instances_.push_back(idle_.back().get());
    busy_until_.emplace_back();
  }
}

PlanMode Engine::mode(Clock::time_point now) const noexcept {
  if (closing_) return PlanMode::kDraining;
  return open_bursts_ > 0 && now < burst_ends_ ? PlanMode::kGathering : PlanMode::kNormal;
}

/// When a lane can start something, as things are; in the past for at once.
Clock::time_point Engine::next_start() const noexcept {
  if (!stranded_.empty()) return Clock::time_point::min();
  if (idle_.size() <= num_waiting_) return kNever;  // callers that wait for an instance come first: they hold a thread
  if (closing_) return planner_.next_start(PlanMode::kDraining);
  const Clock::time_point start = planner_.next_start(PlanMode::kNormal);
  if (open_bursts_ == 0 || start == kNever) return start;
  return std::min(planner_.next_start(PlanMode::kGathering), std::max(start, burst_ends_));
}

/// When a lane has something to do; sequences that expire are something, too.
Clock::time_point Engine::next_wake() const noexcept { return std::min(next_start(), sequences_.next_expiry()); }

/// Whether a lane that sleeps should be woken; then the caller does.
bool Engine::lane_is_needed() noexcept {
  if (num_sleeping_ == 0) return false;
  const Clock::time_point wake = next_wake();
  if (wake >= lanes_sleep_until_) return false;
  lanes_sleep_until_ = wake;
  return true;
}

bool Engine::all_done() const noexcept {
  return closing_ && planner_.empty() && num_steps_waiting_ == 0 && stranded_.empty() && num_waiting_ == 0 &&
         idle_.size() == all_instances_.size();
}

/// Waits for work and takes it; false when there will be none any more.
bool Engine::next_work(Work& work) {
  bool more = false;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      const Clock::time_point now = Clock::now();
      sequences_.expire(now);
      if (next_start() <= now) take_work(work, now);
      if (!work.empty()) break;
      if (all_done()) {
        work_.notify_all();  // the others may sleep because a step waited, which has been taken back meanwhile
        return false;
      }
      const Clock::time_point wake = next_wake();
      lanes_sleep_until_ = wake;
      ++num_sleeping_;
      if (wake == kNever) {
        work_.wait(lock);
      } else {
        work_.wait_until(lock, wake);
      }
      --num_sleeping_;
      lanes_sleep_until_ = kNever;  // others that sleep may have to be woken in place of this one
    }
    more = lane_is_needed();
  }
  if (more) work_.notify_one();
  return true;
}

void Engine::take_work(Work& work, Clock::time_point now) {
  if (!stranded_.empty()) {
    work.no_memory = std::move(stranded_.front());
    stranded_.pop_front();
    queued_bytes_ -= static_cast<Request&>(*work.no_memory).bytes;
    return;
  }
  try {
    const auto size_limit = [this](const PlanItem& first) -> size_t {
      if (!adapts_size()) return 0;
      return run_times_.size_to_run(shape_key(static_cast<const Request&>(first)), queue_options_.batch.max_size);
    };
    planner_.plan(now, mode(now), work.plan, size_limit);
  } catch (const std::bad_alloc&) {
    work.no_memory = planner_.take_first();
    if (work.no_memory) queued_bytes_ -= static_cast<Request&>(*work.no_memory).bytes;
    return;
  }
  for (const auto& item : work.plan.expired) queued_bytes_ -= static_cast<Request&>(*item).bytes;
  if (work.plan.slices.empty()) return;
  size_t rows = 0;
  for (const Slice& slice : work.plan.slices) {
    auto& request = static_cast<Request&>(*slice.item);
    rows += slice.num_rows;
    request.state = Request::State::kRunning;
    if (request.bucket == nullptr) queued_bytes_ -= request.bytes;  // all of it has been taken
  }
  const auto& first = static_cast<Request&>(*work.plan.slices[0].item);
  work.first_row = buffers_.close(work.plan.slices);
  work.shape = shape_key(first);
  work.rows = rows;
  work.started = now;
  work.instance = take_instance(run_times_.expected(work.shape, rows).value_or(Clock::duration::zero()));
}

Engine::InstancePtr Engine::take_instance(Clock::duration expected_run) {
  InstancePtr instance = std::move(idle_.back());
  idle_.pop_back();
  const auto found = std::find(all_instances_.begin(), all_instances_.end(), instance.get());
  busy_until_[static_cast<size_t>(found - all_instances_.begin())] = Clock::now() + expected_run;
  return instance;
}

void Engine::give_back(InstancePtr instance, uint64_t shape, size_t rows,
                       std::optional<Clock::duration> took) noexcept {
  bool caller_waits = false;
  bool closing = false;
  bool more_work = false;
  {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(instance));  // takes no memory: all instances were in it once
    if (took) run_times_.learn(shape, rows, *took);
    caller_waits = num_waiting_ > 0;
    more_work = lane_is_needed();
    closing = closing_;
  }
  if (caller_waits) instance_free_.notify_one();
  if (closing) {
    work_.notify_all();  // lanes leave when everything is home
  } else if (more_work) {
    work_.notify_one();
  }
}

void Engine::execute(BatchRun& run, Work& work) noexcept {
  std::shared_ptr<CompletionSink> sink;
  Sequence* ended = nullptr;
  for (auto& item : work.plan.expired) {
    note_end(static_cast<Request&>(*item), false, ended);
    if (give_up(static_cast<Request&>(*item), too_late_, true)) deliver(std::move(item), sink);
  }
  if (auto& item = work.no_memory) {
    note_end(static_cast<Request&>(*item), false, ended);
    if (give_up(static_cast<Request&>(*item), Error::out_of_memory(), false)) deliver(std::move(item), sink);
    item.reset();
  }
  auto& slices = work.plan.slices;
  if (work.instance) {
    const MemoryScope scope(options_.memory, MemoryUse::kActivations);
    const auto took = run.run(*work.instance, slices, work.first_row);
    if (run.take_mismatch()) is_batching_ = false;
    work.ran = took.has_value();
    give_back(std::move(work.instance), work.shape, work.rows, took);
    std::erase_if(slices, [&](const Slice& slice) {
      auto& request = static_cast<Request&>(*slice.item);
      keep_state(request);
      note_end(request, true, ended);
      return !finish_rows(request, slice.num_rows);
    });
    run.choose_tellers(slices);
    for (Slice& slice : slices) deliver(std::move(slice.item), sink);
  }
  if (ended != nullptr) end_steps(ended);
  if (sink) sink->wake();
  slices.clear();
  work.plan.expired.clear();
}

/// Ends the rows of a request that were not run; other lanes may be at others. Returns whether it is complete.
bool Engine::give_up(Request& request, const Error& error, bool timed_out) noexcept {
  {
    const std::lock_guard results_lock(request.results_mutex);
    timed_out = timed_out && !request.error;  // else it failed before
    if (!request.error) request.error = error;
  }
  if (timed_out) {
    const std::lock_guard lock(mutex_);
    request.timed_out = true;
  }
  return finish_rows(request, request.rows - request.rows_planned);
}

/// Notes that rows of a request came to an end. Returns whether it is complete; then it is counted, and what it held of
/// its inputs is given back.
bool Engine::finish_rows(Request& request, size_t rows) noexcept {
  bool timed_out = false;
  bool aborted = false;
  bool failed = false;
  {
    const std::lock_guard results_lock(request.results_mutex);
    failed = request.error.has_value();
  }
  {
    const std::lock_guard lock(mutex_);
    request.rows_finished += rows;
    if (failed && request.bucket != nullptr) {  // what is left of it is not worth running
      request.rows_finished += request.rows - request.rows_planned;
      queued_bytes_ -= request.bytes;
      planner_.remove(request);
    }
    if (request.rows_finished < request.rows) return false;
    failed = request.error.has_value();  // of any part: no other lane is at it any more
    buffers_.release(request);
    request.state = Request::State::kDone;
    timed_out = request.timed_out || request.abandon == Abandon::kTimedOut;
    aborted = request.abandon == Abandon::kAborted || request.abandon == Abandon::kDropped;
    if (timed_out) learn_lateness(request);
  }
  auto& outcome = timed_out ? counters_.timed_out
                  : aborted ? counters_.aborted
                  : failed  ? counters_.failed
                            : counters_.completed;
  outcome.fetch_add(1, std::memory_order_relaxed);
  if (!timed_out && !aborted && !failed) counters_.rows.fetch_add(request.items, std::memory_order_relaxed);
  request.drop_inputs();
  return true;
}

/// To its sink, which is woken once for all of a batch that are its own and follow each other.
void Engine::deliver(std::shared_ptr<PlanItem> item, std::shared_ptr<CompletionSink>& sink) noexcept {
  auto request = std::static_pointer_cast<Request>(std::move(item));
  if (sink != request->sink) {
    if (sink) sink->wake();
    sink = request->sink;
  }
  sink->completed(std::move(request));
}

void Engine::lane() {
  {
    const NumaScope on_node(options_.numa.node);
    const MemoryScope scope(options_.memory, MemoryUse::kStaging);
    BatchRun run(signature_, options_.layout, is_batching_, counters_);
    Work work;
    while (next_work(work)) {
      const BusyScope busy(weak_from_this());
      execute(run, work);
    }
  }
  {
    std::lock_guard lock(mutex_);
    if (--num_lanes_ > 0) return;
  }
  last_lane_out();
}

/// start() could not make `count` of the lanes.
void Engine::lanes_missing(size_t count) {
  {
    std::lock_guard lock(mutex_);
    num_lanes_ -= count;
  }
  close({});
}

void Engine::last_lane_out() {
  {
    const BusyScope busy(weak_from_this());
    {
      std::lock_guard lock(mutex_);
      all_instances_.clear();
      idle_.clear();
      sequences_.clear();
    }
    model_.reset();
    numa_counted_.reset();
    trim_heap();
  }
  std::function<void()> on_closed;
  {
    std::lock_guard lock(mutex_);
    on_closed = std::move(on_closed_);
  }
  if (on_closed) on_closed();
}

void Engine::close(std::function<void()> on_closed) {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
    on_closed_ = std::move(on_closed);
  }
  work_.notify_all();
}

void Engine::interrupt() noexcept {
  std::lock_guard lock(mutex_);
  for (Instance* instance : all_instances_) instance->terminate();
}

}  // namespace ntrt
