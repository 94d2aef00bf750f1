#include "binding/port.h"

#include <algorithm>

#include "binding/env_state.h"
#include "binding/load_arguments.h"
#include "binding/native_engine.h"
#include "binding/plan_arguments.h"
#include "runtime/engine_registry.h"

namespace ntrt::binding {
namespace {

constexpr size_t kMaxSpareRequests = 64;
/// Engines in use between two endBurst(); requests of others start at once.
constexpr size_t kMaxBursts = 16;

}  // namespace

Napi::Function Port::define(Napi::Env env) {
  return define_class<Port>(env, "NativePort",
                            {
                                method<&Port::load>("load"),
                                method<&Port::cancel_load>("cancelLoad"),
                                method<&Port::open_engine>("openEngine"),
                                method<&Port::poll>("poll"),
                                method<&Port::sleep>("sleep"),
                                method<&Port::take_error>("takeError"),
                                method<&Port::take_engine>("takeEngine"),
                                method<&Port::take_strings>("takeStrings"),
                                method<&Port::take>("take"),
                                method<&Port::copy_out>("copyOut"),
                                method<&Port::keep>("keep"),
                                method<&Port::copy_slice>("copySlice"),
                                method<&Port::drop>("drop"),
                                method<&Port::run_facts>("runFacts"),
                                method<&Port::cancel>("cancel"),
                                method<&Port::dequeue>("dequeue"),
                                method<&Port::end_burst>("endBurst"),
                                method<&Port::new_turn>("newTurn"),
                                method<&Port::pools>("pools"),
                                method<&Port::pool_stats>("poolStats"),
                                method<&Port::pool_snapshot>("poolSnapshot"),
                                method<&Port::record_history>("recordHistory"),
                                method<&Port::set_limit>("setLimit"),
                                method<&Port::set_policy>("setPolicy"),
                                method<&Port::fail_allocation>("failAllocation"),
                                method<&Port::reset_peak>("resetPeak"),
                                method<&Port::empty_cache>("emptyCache"),
                                method<&Port::estimate>("estimate"),
                                method<&Port::take_estimate>("takeEstimate"),
                                method<&Port::describe>("describe"),
                                method<&Port::take_description>("takeDescription"),
                                method<&Port::take_demand>("takeDemand"),
                                method<&Port::take_log>("takeLog"),
                                method<&Port::allocate>("allocate"),
                                method<&Port::is_pooled>("isPooled"),
                                method<&Port::take_pooled>("takePooled"),
                                method<&Port::release_pooled>("releasePooled"),
                                method<&Port::note_moved>("noteMoved"),
                            });
}

Port::Port(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Port>(info) {
  const Napi::Env env = info.Env();
  Napi::Object self = info.This().As<Napi::Object>();
  self.TypeTag(&kPortTag);
  error_factory_ = Napi::Persistent(info[1].As<Napi::Function>());
  pooled_ = EnvState::of(env).pooled;
  spare_.reserve(kMaxSpareRequests);
  bursts_.reserve(kMaxBursts);

  Napi::Float64Array frame = Napi::Float64Array::New(env, kFrameSize);
  if (frame.IsEmpty()) return;  // the environment is ending
  frame_ = frame.Data();
  frame_object_ = Napi::Persistent(static_cast<Napi::Value>(frame));
  self.Set("frame", frame);

  // Unreferenced: an idle port lets the process end. add_pending() references it.
  napi_create_threadsafe_function(env, info[0], nullptr, Napi::String::New(env, "node-tensorrt"), 0, 1, nullptr,
                                  nullptr, nullptr, nullptr, &wake_);
  napi_unref_threadsafe_function(env, wake_);
  mailbox_ = std::make_shared<Mailbox>(wake_);
  napi_add_env_cleanup_hook(env, on_env_end, this);
}

Port::~Port() {
  // Collected before the environment ended: its module graph is gone, and nobody can call it any more.
  if (!ended_) napi_remove_env_cleanup_hook(Env(), on_env_end, this);
  end();
}

void Port::on_env_end(void* port) { static_cast<Port*>(port)->end(); }

/// No message reaches this environment any more; what it waited for is dropped from the queues.
void Port::end() {
  if (std::exchange(ended_, true) || !mailbox_) return;
  mailbox_->close();
  leave_bursts();
  for (const auto& [id, request] : pending_) {
    if (request) request->engine->cancel(request, Abandon::kDropped);
  }
  for (const auto& [id, job] : loads_) job->cancel();
  loads_.clear();
  logs_.clear();
  pending_.clear();
  messages_.clear();
  current_ = Message();
  kept_.clear();
  spare_.clear();
}

Port* Port::from(Napi::Env env, napi_value value) {
  return has_tag(env, value, kPortTag) ? Unwrap(Napi::Object(env, value)) : nullptr;
}

std::shared_ptr<Request> Port::new_request() {
  if (spare_.empty()) {
    auto request = std::make_shared<Request>();
    request->sink = mailbox_;
    return request;
  }
  std::shared_ptr<Request> request = std::move(spare_.back());
  spare_.pop_back();
  return request;
}

/// Keeps the vectors of a request, which have grown to what this model needs, but nothing that it owned.
void Port::recycle(std::shared_ptr<Request> request) noexcept {
  if (request.use_count() != 1 || spare_.size() >= kMaxSpareRequests) return;
  request->reset();
  spare_.push_back(std::move(request));  // takes no memory: the constructor made room
}

void Port::add_pending(Napi::Env env, uint64_t id, std::shared_ptr<Request> request) {
  mailbox_->make_room(pending_.size() + logs_.size() + 1);
  pending_.emplace(id, std::move(request));
  if (pending_.size() == 1) napi_ref_threadsafe_function(env, wake_);
}

void Port::finish_pending(Napi::Env env, uint64_t id) {
  loads_.erase(id);
  if (pending_.erase(id) > 0 && pending_.empty()) napi_unref_threadsafe_function(env, wake_);
}

Port::Turn Port::use_turn(Clock::duration took) noexcept {
  const bool first = turn_used_ == Clock::duration::zero();
  over_budget_ = turn_used_ >= kTurnBudget;
  turn_used_ += std::max(took, Clock::duration(1));
  if (over_budget_) return Turn::kLast;
  return first ? Turn::kFirst : Turn::kWithin;
}

bool Port::join_burst(const std::shared_ptr<Engine>& engine) {
  if (bursts_.size() == kMaxBursts || std::find(bursts_.begin(), bursts_.end(), engine) != bursts_.end()) return false;
  engine->begin_burst();
  bursts_.push_back(engine);  // takes no memory: the constructor made room
  return bursts_.size() == 1;
}

void Port::leave_bursts() noexcept {
  for (const auto& engine : bursts_) engine->end_burst();
  bursts_.clear();
}

Napi::Value Port::end_burst(const Napi::CallbackInfo& info) {
  leave_bursts();
  return info.Env().Undefined();
}

Napi::Value Port::new_turn(const Napi::CallbackInfo& info) {
  turn_used_ = {};
  over_budget_ = false;
  return info.Env().Undefined();
}

Napi::Value Port::load(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  LoadRequest request = read_load_arguments(env, info[1], info[2].As<Napi::Object>());
  if (request.plan) {
    const int64_t log = read_plan_log(info[2].As<Napi::Object>());
    if (log != 0) request.plan->log = new_log(static_cast<uint64_t>(log));
  }
  begin(env, id, nullptr, [&] {
    std::shared_ptr<LoadJob>& job = loads_[id];
    job = LoadJob::start(std::move(request), [mailbox = mailbox_, id](EngineHandle engine, std::optional<Error> error) {
      Message message;
      message.id = id;
      message.event = error ? Event::kError : Event::kLoaded;
      message.engine = std::move(engine);
      message.error = std::move(error);
      mailbox->post(std::move(message));
    });
  });
  return env.Undefined();
}

Napi::Value Port::cancel_load(const Napi::CallbackInfo& info) {
  const auto found = loads_.find(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()));
  if (found != loads_.end()) found->second->cancel();
  return info.Env().Undefined();
}

/// openEngine(token): { engine, description }, or undefined if there is no such engine (any more).
Napi::Value Port::open_engine(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto opened = EngineRegistry::instance().open(info[0].As<Napi::String>().Utf8Value());
  if (!opened) return env.Undefined();
  Napi::Object result = Napi::Object::New(env);
  result.Set("engine", NativeEngine::create(env, info.This(), std::move(opened->engine)));
  result.Set("description", opened->description);
  return result;
}

/// The id of the next message, or 0 when there is none; the frame says which event it is. What the message carries
/// can be taken until the next poll.
Napi::Value Port::poll(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  current_ = Message();
  if (messages_.empty()) mailbox_->take(messages_, used_);
  if (messages_.empty()) return Napi::Number::New(env, 0);
  current_ = std::move(messages_.front());
  used_.splice(used_.end(), messages_, messages_.begin());
  const uint64_t id = current_.id;
  finish_pending(env, id);
  if (current_.request) facts_ = current_.request->facts;
  if (current_.event == Event::kResult) {
    try {
      set_current(std::move(current_.request));
    } catch (...) {
      current_.event = Event::kError;
      current_.error = Error::current();
    }
  }
  frame_[0] = static_cast<double>(current_.event);
  frame_[1] = current_.number;
  return Napi::Number::New(env, static_cast<double>(id));
}

/// Whether the next message wakes this thread; false if one is there already.
Napi::Value Port::sleep(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), messages_.empty() && mailbox_->sleep());
}

Napi::Value Port::take_error(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return make_error(env, error_factory(),
                    current_.error ? *current_.error : Error(Code::kInternal, "there is no error to take"));
}

Napi::Value Port::take_engine(const Napi::CallbackInfo& info) {
  return NativeEngine::create(info.Env(), info.This(), std::move(current_.engine));
}

/// cancel(id, timedOut): nobody waits for this run any more. True if it was still queued, and no event follows.
Napi::Value Port::cancel(const Napi::CallbackInfo& info) {
  const auto reason = info[1].As<Napi::Boolean>().Value() ? Abandon::kTimedOut : Abandon::kAborted;
  return Napi::Boolean::New(info.Env(), remove(info, [reason](Engine& engine, const std::shared_ptr<Request>& request) {
                              return engine.cancel(request, reason);
                            }));
}

/// dequeue(id): the same for a run that is still queued; one that has started goes on as if nothing had been.
Napi::Value Port::dequeue(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), remove(info, [](Engine& engine, const std::shared_ptr<Request>& request) {
                              return engine.dequeue(request, Abandon::kAborted);
                            }));
}

template <typename F>
bool Port::remove(const Napi::CallbackInfo& info, F&& from_engine) {
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  const auto found = pending_.find(id);
  if (found == pending_.end() || !found->second) return false;
  const std::shared_ptr<Request> request = found->second;
  if (!from_engine(*request->engine, request)) return false;
  finish_pending(info.Env(), id);
  return true;
}

}  // namespace ntrt::binding
