#include "runtime/engine.h"

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>

#include "memory/heap.h"

namespace ntrt {
namespace {

/// Shapes whose run time is remembered; a service that sends more starts learning anew.
constexpr size_t kMaxRememberedShapes = 256;

uint64_t nanoseconds(Clock::duration duration) {
  return static_cast<uint64_t>(
      std::max<int64_t>(0, std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count()));
}

}  // namespace

uint64_t shape_key(const std::vector<TensorView>& inputs) noexcept {
  constexpr uint64_t kPrime = 1099511628211U;
  uint64_t key = 14695981039346656037U;
  const auto mix = [&key](uint64_t value) { key = (key ^ value) * kPrime; };
  for (const TensorView& input : inputs) {
    mix(input.dims.size());
    for (const int64_t dim : input.dims) mix(static_cast<uint64_t>(dim));
  }
  return key;
}

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
    : options_(std::move(options)), model_(std::move(model)), signature_(model_->signature()) {
  for (int i = 0; i < options_.instances; ++i) {
    idle_.push_back(model_->create_instance());
    all_instances_.push_back(idle_.back().get());
  }
}

QueueState Engine::queue_state() const {
  std::lock_guard lock(mutex_);
  QueueState result;
  result.depth = queue_.size();
  if (!queue_.empty()) {
    result.oldest_ms = std::chrono::duration<double, std::milli>(Clock::now() - queue_.front()->submitted).count();
  }
  return result;
}

void Engine::throw_if_refused(size_t bytes, size_t requests_ahead, size_t bytes_ahead) {
  if (closing_) throw Error(Code::kNotOpen, "engine '" + options_.name + "' is closed");
  const auto refuse = [this](size_t limit, const char* unit, const char* option) {
    counters_.rejected.fetch_add(1, std::memory_order_relaxed);
    throw Error(Code::kQueueFull,
                "the queue of engine '" + options_.name + "' is full: " + std::to_string(limit) + " " + unit + " (" +
                    option + ")",
                {{"limit", static_cast<double>(limit)}, {"unit", unit}});
  };
  const size_t requests = queue_.size() + requests_ahead;
  if (requests >= options_.max_queue) refuse(options_.max_queue, "requests", "batching.maxQueue");
  // A single request larger than the limit is let in alone, or it could never run.
  if (requests > 0 && queued_bytes_ + bytes_ahead + bytes > options_.max_queue_bytes) {
    refuse(options_.max_queue_bytes, "bytes", "batching.maxQueueBytes");
  }
}

void Engine::check_room(size_t bytes, size_t requests_ahead, size_t bytes_ahead) {
  std::lock_guard lock(mutex_);
  throw_if_refused(bytes, requests_ahead, bytes_ahead);
}

void Engine::submit(std::shared_ptr<Request> request) {
  Request& r = *request;
  {
    std::lock_guard lock(mutex_);
    throw_if_refused(r.bytes, 0, 0);
    r.position = queue_.insert(queue_.end(), std::move(request));  // may throw: nothing has changed then
    queued_bytes_ += r.bytes;
    r.state = Request::State::kQueued;
    // Before a lane can end it, or more would have ended than were accepted.
    counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  }
  work_.notify_one();
}

bool Engine::cancel(const std::shared_ptr<Request>& request, Abandon reason) { return remove(request, reason, true); }

bool Engine::dequeue(const std::shared_ptr<Request>& request, Abandon reason) { return remove(request, reason, false); }

bool Engine::remove(const std::shared_ptr<Request>& request, Abandon reason, bool also_running) {
  {
    std::lock_guard lock(mutex_);
    if (request->state == Request::State::kDone || request->abandon != Abandon::kNone) return false;
    const bool queued = request->state == Request::State::kQueued;
    if (queued || also_running) request->abandon = reason;
    if (!queued) return false;
    request->state = Request::State::kDone;
    queued_bytes_ -= request->bytes;
    queue_.erase(request->position);
  }
  (reason == Abandon::kTimedOut ? counters_.timed_out : counters_.aborted).fetch_add(1, std::memory_order_relaxed);
  return true;
}

std::optional<Clock::duration> Engine::try_run_in_place(Request& request, Clock::duration budget) {
  const auto limit = std::min<Clock::duration>(std::chrono::microseconds(options_.inline_below_us), budget);
  if (limit <= Clock::duration::zero()) return std::nullopt;
  const uint64_t key = shape_key(request.inputs);
  InstancePtr instance;
  {
    std::lock_guard lock(mutex_);
    if (closing_) throw Error(Code::kNotOpen, "engine '" + options_.name + "' is closed");
    if (!queue_.empty() || idle_.size() != all_instances_.size()) return std::nullopt;
    const auto expected = expected_.find(key);
    if (expected == expected_.end() || expected->second >= limit) return std::nullopt;
    instance = std::move(idle_.back());
    idle_.pop_back();
  }
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  counters_.in_place.fetch_add(1, std::memory_order_relaxed);
  try {
    const Clock::duration took = run_on(*instance, request);
    give_back(std::move(instance), key, took, true);
    counters_.completed.fetch_add(1, std::memory_order_relaxed);
    return took;
  } catch (...) {
    give_back(std::move(instance), key, {}, false);
    counters_.failed.fetch_add(1, std::memory_order_relaxed);
    throw;
  }
}

void Engine::run_blocking(Request& request) {
  InstancePtr instance;
  bool more_work = false;
  {
    std::unique_lock lock(mutex_);
    if (closing_) throw Error(Code::kNotOpen, "engine '" + options_.name + "' is closed");
    ++num_waiting_;
    instance_free_.wait(lock, [this] { return !idle_.empty(); });
    --num_waiting_;
    instance = std::move(idle_.back());
    idle_.pop_back();
    more_work = lane_may_start();
  }
  if (more_work) work_.notify_one();
  counters_.accepted.fetch_add(1, std::memory_order_relaxed);
  const uint64_t key = shape_key(request.inputs);
  try {
    const Clock::duration took = run_on(*instance, request);
    give_back(std::move(instance), key, took, true);
    counters_.completed.fetch_add(1, std::memory_order_relaxed);
  } catch (...) {
    give_back(std::move(instance), key, {}, false);
    counters_.failed.fetch_add(1, std::memory_order_relaxed);
    throw;
  }
}

Clock::duration Engine::run_on(Instance& instance, Request& request) {
  const Clock::time_point start = Clock::now();
  instance.run(request.inputs, request.outputs);
  const Clock::duration took = Clock::now() - start;
  counters_.record(Stage::kQueue, nanoseconds(start - request.submitted));
  counters_.record(Stage::kCompute, nanoseconds(took));
  return took;
}

void Engine::give_back(InstancePtr instance, uint64_t key, Clock::duration took, bool succeeded) noexcept {
  bool caller_waits = false;
  bool closing = false;
  bool more_work = false;
  {
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(instance));  // takes no memory: all instances were in it once
    if (succeeded) learn(key, took);
    caller_waits = num_waiting_ > 0;
    more_work = lane_may_start();
    closing = closing_;
  }
  if (caller_waits) instance_free_.notify_one();
  if (closing) {
    work_.notify_all();  // lanes leave when everything is home
  } else if (more_work) {
    work_.notify_one();
  }
}

// A slow run (the first of a shape, a preemption) is forgotten quickly, a quick one is believed at once by half.
void Engine::learn(uint64_t key, Clock::duration took) noexcept {
  try {
    const auto [entry, is_new] = expected_.try_emplace(key, took);
    if (!is_new) {
      const auto difference = took - entry->second;
      entry->second += difference / (difference < Clock::duration::zero() ? 2 : 8);
    } else if (expected_.size() > kMaxRememberedShapes) {
      expected_.clear();
      expected_.emplace(key, took);
    }
  } catch (const std::bad_alloc&) {
    // It learns from the next run.
  }
}

/// Callers that wait for an instance come first: they hold up a thread.
bool Engine::lane_may_start() const { return !queue_.empty() && idle_.size() > num_waiting_; }

std::shared_ptr<Request> Engine::next_request(InstancePtr& instance) {
  std::unique_lock lock(mutex_);
  const auto all_done = [this] {
    return closing_ && queue_.empty() && num_waiting_ == 0 && idle_.size() == all_instances_.size();
  };
  work_.wait(lock, [&] { return lane_may_start() || all_done(); });
  if (queue_.empty()) return nullptr;
  std::shared_ptr<Request> request = std::move(queue_.front());
  queue_.pop_front();
  queued_bytes_ -= request->bytes;
  request->state = Request::State::kRunning;
  instance = std::move(idle_.back());
  idle_.pop_back();
  return request;
}

void Engine::execute(const std::shared_ptr<Request>& request, InstancePtr instance) noexcept {
  Clock::duration took{};
  bool succeeded = false;
  bool timed_out = Clock::now() >= request->deadline;
  try {
    if (timed_out) throw Error(Code::kTimeout, "the request's time-out passed while it was queued");
    took = run_on(*instance, *request);
    succeeded = true;
  } catch (...) {
    request->error = Error::current();
  }
  bool aborted = false;
  {
    std::lock_guard lock(mutex_);
    request->state = Request::State::kDone;
    timed_out = timed_out || request->abandon == Abandon::kTimedOut;
    aborted = request->abandon == Abandon::kAborted || request->abandon == Abandon::kDropped;
  }
  auto& outcome = timed_out   ? counters_.timed_out
                  : aborted   ? counters_.aborted
                  : succeeded ? counters_.completed
                              : counters_.failed;
  outcome.fetch_add(1, std::memory_order_relaxed);
  give_back(std::move(instance), shape_key(request->inputs), took, succeeded);
  request->buffers.clear();
  request->sink->completed(request);
}

void Engine::lane() {
  for (;;) {
    InstancePtr instance;
    const std::shared_ptr<Request> request = next_request(instance);
    if (!request) break;
    const BusyScope busy(weak_from_this());
    execute(request, std::move(instance));
  }
  {
    std::lock_guard lock(mutex_);
    if (--num_lanes_ > 0) return;
  }
  last_lane_out();
}

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
    }
    model_.reset();
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
