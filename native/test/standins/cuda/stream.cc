#include "test/standins/cuda/stream.h"

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>

#include "test/standins/cuda/pool.h"

namespace standin {
namespace {

using Clock = std::chrono::steady_clock;

/// The part of the device that an operation needs, the one of several that is free first; null if it needs none.
TimePoint* engine_of(Device& device, EngineKind kind) {
  switch (kind) {
    case EngineKind::kNone:
      return nullptr;
    case EngineKind::kCompute:
      return &*std::min_element(device.compute_free_at.begin(), device.compute_free_at.end());
    default:
      return &device.copy_free_at[static_cast<int>(kind) - 1];
  }
}

Nanoseconds copy_duration(const Settings& settings, EngineKind kind, size_t bytes) {
  const double rates[] = {settings.h2d_rate, settings.d2h_rate, settings.d2d_rate};
  const double rate = rates[static_cast<int>(kind) - 1];
  const double seconds = settings.latency_us * 1e-6 + (rate > 0 ? static_cast<double>(bytes) / rate : 0);
  return Nanoseconds(static_cast<int64_t>(seconds * 1e9));
}

Nanoseconds duration_of(const Settings& settings, const OperationSpec& spec) {
  if (spec.engine == EngineKind::kNone) return {};
  if (spec.engine == EngineKind::kCompute) return spec.duration;
  return copy_duration(settings, spec.engine, spec.bytes);
}

/// Waits until everything that `operation` is behind is done; hangs if it is told to. When it may start.
TimePoint wait_for_turn(State& state, Lock& lock, const Stream& stream, const Operation& operation) {
  state.changed.wait(lock, [&] {
    return std::all_of(operation.after.begin(), operation.after.end(), [](const auto& it) { return it->is_done; });
  });
  if (operation.fault && operation.fault->hangs && stream.context->lost == CUDA_SUCCESS) {
    const uint64_t releases = state.num_hang_releases;
    state.changed.wait(lock,
                       [&] { return state.num_hang_releases != releases || stream.context->lost != CUDA_SUCCESS; });
    return Clock::now();
  }
  TimePoint start = std::max(stream.free_at, operation.submitted);
  for (const CompletionPtr& it : operation.after) start = std::max(start, it->at);
  return start;
}

/// How long the thread was busy, for copies: while the system lets others run, a device would not stop.
TimePoint thread_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return TimePoint(std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec));
}

/// Does what the operation does, and takes the time that it takes. A thread that wakes up late does not make the device
/// slower: the next operation starts, by the timetable, when this one ended. An operation whose work takes longer than
/// it should ends later.
TimePoint execute(State& state, Lock& lock, Stream& stream, Operation& operation, TimePoint start) {
  const OperationSpec& spec = operation.spec;
  const Nanoseconds duration = duration_of(state.settings, spec);
  TimePoint* const engine = engine_of(*stream.context->device, spec.engine);
  if (engine != nullptr) {
    start = std::max(start, *engine);
    *engine = start + duration;
  }
  if (spec.is_host_function) observe(state, *operation.completion);
  lock.unlock();
  if (start > Clock::now()) std::this_thread::sleep_until(start);
  // A computation may be done by other threads, so that it is the time that passes which counts.
  const bool is_own_work = spec.engine != EngineKind::kCompute && !spec.is_host_function;
  const TimePoint began = is_own_work ? thread_time() : Clock::now();
  in_host_function() = spec.is_host_function;
  const int status = spec.run ? spec.run(operation.memory) : 0;
  in_host_function() = false;
  const Nanoseconds busy = (is_own_work ? thread_time() : Clock::now()) - began;
  TimePoint end = start + std::max(duration, busy);
  const TimePoint now = Clock::now();
  if (spec.is_host_function) end = std::max(end, now);
  if (end > now) std::this_thread::sleep_until(end);
  lock.lock();
  if (engine != nullptr) *engine = std::max(*engine, end);
  if (status != 0) lose(state, *stream.context, static_cast<CUresult>(status));
  return end;
}

void finish(State& state, Stream& stream, Operation& operation, TimePoint end) {
  if (operation.on_done) operation.on_done();
  operation.completion->at = end;
  operation.completion->is_done = true;
  stream.free_at = end;
  state.changed.notify_all();
}

/// The thread of a stream. Once the context is lost nothing runs any more, and everything is done at once.
void run(State& state, const StreamPtr& stream, Worker& worker) {
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);  // else the system wakes us up to 50 µs late, to save energy
  Lock lock(state.mutex);
  while (true) {
    state.changed.wait(lock, [&] { return !stream->queue.empty() || stream->is_destroyed; });
    if (stream->queue.empty()) {
      worker.is_finished = true;
      worker.stream = nullptr;
      state.changed.notify_all();
      return;
    }
    Operation operation = std::move(stream->queue.front());
    stream->queue.pop_front();
    TimePoint end = wait_for_turn(state, lock, *stream, operation);
    Context& context = *stream->context;
    if (operation.fault && !operation.fault->hangs) lose(state, context, static_cast<CUresult>(operation.fault->code));
    if (context.lost == CUDA_SUCCESS) end = execute(state, lock, *stream, operation, end);
    finish(state, *stream, operation, end);
    // What the operation holds may be a caller's, and must not be dropped under our lock.
    lock.unlock();
    operation = {};
    lock.lock();
  }
}

/// The default stream waits for all ordinary streams of its context, and they for it.
void follow_default_stream(State& state, const Stream& stream, std::vector<CompletionPtr>& after) {
  if (stream.is_legacy) {
    for (const auto& [handle, other] : state.streams.all()) {
      if (other->context == stream.context && other->is_blocking() && other->last) after.push_back(other->last);
    }
  } else if (stream.is_blocking() && stream.context->legacy && stream.context->legacy->last) {
    after.push_back(stream.context->legacy->last);
  }
}

/// Operations that are not ordered would be a race of ours as well: once it is reported, they are put in order.
void order_behind_all(State& state, Operation& operation) {
  for (const auto& [handle, other] : state.streams.all()) {
    if (other->last) operation.after.push_back(other->last);
  }
}

void touch(State& state, Operation& operation, const Actor& actor, CUresult& result) {
  const bool abort = state.settings.abort_on_violation;
  const size_t num_reports = state.reports.size();
  for (const StandinAccess& access : operation.spec.accesses) {
    BlockPtr block = state.memory.find(access.address, access.bytes, actor.what, abort);
    if (block == nullptr) {
      result = CUDA_ERROR_INVALID_VALUE;
      return;
    }
    operation.memory.push_back(block->data + (access.address - block->address));
    operation.blocks.push_back(std::move(block));
  }
  // Only now that it will run.
  for (size_t i = 0; i < operation.blocks.size(); ++i) {
    const StandinAccess& access = operation.spec.accesses[i];
    Block& block = *operation.blocks[i];
    state.memory.touch(block, access.address - block.address, access.bytes, access.is_write != 0, actor, state.host,
                       abort);
  }
  if (state.reports.size() > num_reports) order_behind_all(state, operation);
}

}  // namespace

CompletionPtr submit(State& state, const StreamPtr& stream, const OperationSpec& spec, Submission more,
                     CUresult& result) {
  Operation operation;
  operation.spec = spec;
  operation.after = std::move(more.after);
  operation.fault = more.fault;
  operation.on_done = std::move(more.on_done);
  operation.submitted = Clock::now();
  follow_default_stream(state, *stream, operation.after);

  auto completion = std::make_shared<Completion>();
  stream->clock.join(state.host);
  for (const CompletionPtr& it : operation.after) stream->clock.join(it->clock);
  const uint64_t tick = ++stream->ticks;
  stream->clock.advance(stream->lane, tick);
  completion->clock = stream->clock;
  completion->lane = stream->lane;
  operation.completion = completion;
  touch(state, operation, {spec.name, stream->lane, tick, &stream->clock}, result);
  if (result != CUDA_SUCCESS) return nullptr;

  stream->last = completion;
  stream->queue.push_back(std::move(operation));
  if (!stream->has_thread) {
    stream->has_thread = true;
    reap_workers(state);
    auto worker = std::make_shared<Worker>();
    worker->stream = stream;
    state.workers.push_back(worker);
    worker->thread = std::thread([&state, stream, worker] { run(state, stream, *worker); });
  }
  state.changed.notify_all();
  return completion;
}

void reap_workers(State& state) {
  std::erase_if(state.workers, [](const std::shared_ptr<Worker>& worker) {
    if (!worker->is_finished) return false;
    worker->thread.join();  // it has nothing left to do that needs the lock
    return true;
  });
}

void reap_workers_at_exit(State& state, Lock& lock) {
  state.changed.wait_for(lock, std::chrono::seconds(2), [&] {
    return std::none_of(state.workers.begin(), state.workers.end(),
                        [](const auto& worker) { return !worker->is_finished && worker->stream->is_destroyed; });
  });
  reap_workers(state);
}

bool& in_host_function() {
  static thread_local bool is_in = false;
  return is_in;
}

void observe(State& state, const Completion& completion) { state.host.join(completion.clock); }

void wait(State& state, Lock& lock, const CompletionPtr& completion) {
  if (!completion) return;
  const CompletionPtr held = completion;
  state.changed.wait(lock, [&] { return held->is_done; });
  observe(state, *held);
  release_above_thresholds(state);
}

void wait(State& state, Lock& lock, const Stream& stream) { wait(state, lock, stream.last); }

void wait(State& state, Lock& lock, const Context& context) {
  std::vector<CompletionPtr> all;
  if (context.legacy) all.push_back(context.legacy->last);
  for (const auto& [handle, stream] : state.streams.all()) {
    if (stream->context == &context) all.push_back(stream->last);
  }
  for (const CompletionPtr& it : all) wait(state, lock, it);
  release_above_thresholds(state);
}

}  // namespace standin
