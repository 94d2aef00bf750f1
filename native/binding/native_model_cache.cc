#include "binding/native_model_cache.h"

#include "binding/native_engine.h"
#include "binding/read_text.h"

namespace ntrt::binding {
namespace {

/// Tells the port that asked.
class PortListener final : public DemandListener {
 public:
  PortListener(std::shared_ptr<Mailbox> mailbox, uint64_t id) : mailbox_(std::move(mailbox)), id_(id) {}

  void settled(DemandResult result) noexcept override {
    Message message;
    message.id = id_;
    message.event = result.error ? Event::kError : Event::kDemand;
    message.number = static_cast<double>(result.outcome);
    message.engine = std::move(result.engine);
    message.text = std::move(result.description);
    message.error = std::move(result.error);
    mailbox_->post(std::move(message));
  }

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const uint64_t id_;
};

uint64_t to_id(napi_env env, napi_value value) {
  int64_t number = 0;
  check_alive(napi_get_value_int64(env, value, &number));
  return static_cast<uint64_t>(number);
}

/// [key, text or number, …]
std::vector<Detail> to_details(napi_env env, napi_value array) {
  uint32_t length = 0;
  check_alive(napi_get_array_length(env, array, &length));
  std::vector<Detail> details;
  for (uint32_t i = 0; i + 1 < length; i += 2) {
    napi_value key = nullptr;
    napi_value value = nullptr;
    check_alive(napi_get_element(env, array, i, &key));
    check_alive(napi_get_element(env, array, i + 1, &value));
    double number = 0;
    if (napi_get_value_double(env, value, &number) == napi_ok) {
      details.push_back({to_text(env, key), number});
    } else {
      details.push_back({to_text(env, key), to_text(env, value)});
    }
  }
  return details;
}

}  // namespace

Napi::Function NativeModelCache::define(Napi::Env env) {
  return define_class<NativeModelCache>(env, "NativeModelCache",
                                        {
                                            method<&NativeModelCache::add>("add"),
                                            method<&NativeModelCache::remove>("remove"),
                                            method<&NativeModelCache::demand>("demand"),
                                            method<&NativeModelCache::cancel>("cancel"),
                                            method<&NativeModelCache::finish>("finish"),
                                            method<&NativeModelCache::fail>("fail"),
                                            method<&NativeModelCache::abandon>("abandon"),
                                            method<&NativeModelCache::pin>("pin"),
                                            method<&NativeModelCache::models>("models"),
                                            method<&NativeModelCache::totals>("totals"),
                                            method<&NativeModelCache::close>("close"),
                                        });
}

NativeModelCache::NativeModelCache(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeModelCache>(info) {
  port_ = Port::from(info.Env(), info[0]);
  if (port_ == nullptr) throw Error(Code::kInternal, "NativeModelCache: a port is needed");
  info.This().As<Napi::Object>().TypeTag(&kModelCacheTag);
  port_object_ = Napi::Persistent(info[0].As<Napi::Object>());
  Residency::Joined joined = Residency::join(to_text(info.Env(), info[1]), to_id(info.Env(), info[2]));
  residency_ = std::move(joined.residency);
  member_ = joined.member;
}

NativeModelCache::~NativeModelCache() {
  if (residency_) residency_->leave(member_, {});
}

napi_value NativeModelCache::error_factory(napi_env env, const FirstArguments& arguments) {
  const Port* port = Port::from(env, arguments[0]);
  return port != nullptr ? port->error_factory() : nullptr;
}

napi_value NativeModelCache::error_factory() const { return port_->error_factory(); }

/// add(name, definition)
Napi::Value NativeModelCache::add(const Napi::CallbackInfo& info) {
  residency_->add(member_, to_text(info.Env(), info[0]), to_text(info.Env(), info[1]));
  return info.Env().Undefined();
}

Napi::Value NativeModelCache::remove(const Napi::CallbackInfo& info) {
  residency_->remove(member_, to_text(info.Env(), info[0]));
  return info.Env().Undefined();
}

/// demand(id, name, kind, bytes): the result, or undefined if the event `demand` of that id follows.
Napi::Value NativeModelCache::demand(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t id = to_id(env, info[0]);
  const std::string name = to_text(env, info[1]);
  const auto kind = static_cast<DemandKind>(to_id(env, info[2]));
  const uint64_t bytes = to_id(env, info[3]);
  std::optional<DemandResult> result;
  port_->begin(env, id, nullptr, [&] {
    auto listener = std::make_unique<PortListener>(port_->mailbox(), id);
    result = residency_->demand(kind, member_, id, name, bytes, std::move(listener));
  });
  if (!result) return env.Undefined();
  port_->no_message(env, id);
  return to_result(env, std::move(*result));
}

/// cancel(id, name): true if no event follows.
Napi::Value NativeModelCache::cancel(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t id = to_id(env, info[0]);
  const bool cancelled = residency_->cancel(member_, id, to_text(env, info[1]));
  if (cancelled) port_->no_message(env, id);
  return Napi::Boolean::New(env, cancelled);
}

/// finish(name, bytes, weightsBytes, engine, description, keep): the result of a use, if it keeps the engine. Without
/// weightsBytes, -1, nothing is measured.
Napi::Value NativeModelCache::finish(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const NativeEngine* engine = NativeEngine::from(env, info[3]);
  if (engine == nullptr || !engine->handle()) throw Error(Code::kInternal, "an engine is needed");
  Residency::Finished finished;
  finished.bytes = to_id(env, info[1]);
  int64_t weights = -1;
  check_alive(napi_get_value_int64(env, info[2], &weights));
  if (weights >= 0) finished.weights = static_cast<uint64_t>(weights);
  finished.description = to_text(env, info[4]);
  check_alive(napi_get_value_bool(env, info[5], &finished.keep));
  auto result = residency_->finish(member_, to_text(env, info[0]), engine->handle(), std::move(finished));
  return result ? to_result(env, std::move(*result)) : env.Undefined();
}

/// fail(name, code, message, details)
Napi::Value NativeModelCache::fail(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t code = to_id(env, info[1]);
  const Error error(code < kNumCodes ? static_cast<Code>(code) : Code::kInternal, to_text(env, info[2]),
                    to_details(env, info[3]));
  residency_->fail(member_, to_text(env, info[0]), error);
  return env.Undefined();
}

Napi::Value NativeModelCache::abandon(const Napi::CallbackInfo& info) {
  residency_->abandon(member_, to_text(info.Env(), info[0]));
  return info.Env().Undefined();
}

Napi::Value NativeModelCache::pin(const Napi::CallbackInfo& info) {
  bool pinned = false;
  check_alive(napi_get_value_bool(info.Env(), info[1], &pinned));
  residency_->pin(to_text(info.Env(), info[0]), pinned);
  return info.Env().Undefined();
}

Napi::Value NativeModelCache::models(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::vector<ModelReport> reports = residency_->report();
  Napi::Array array = Napi::Array::New(env, reports.size());
  for (size_t i = 0; i < reports.size(); ++i) {
    const ModelReport& report = reports[i];
    Napi::Object object = Napi::Object::New(env);
    const auto set = [&](const char* key, double value) { object.Set(key, Napi::Number::New(env, value)); };
    object.Set("name", report.name);
    set("state", static_cast<double>(report.state));
    set("bytes", static_cast<double>(report.bytes));
    set("references", static_cast<double>(report.references));
    set("waiting", static_cast<double>(report.waiting));
    object.Set("pinned", Napi::Boolean::New(env, report.pinned));
    set("loads", static_cast<double>(report.loads));
    set("evictions", static_cast<double>(report.evictions));
    set("idleMs", report.idle_ms);
    if (report.error) object.Set("error", make_error(env, error_factory(), *report.error));
    array.Set(static_cast<uint32_t>(i), object);
  }
  return array;
}

Napi::Value NativeModelCache::totals(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const ResidencyTotals totals = residency_->totals();
  Napi::Object object = Napi::Object::New(env);
  const auto set = [&](const char* key, uint64_t value) {
    object.Set(key, Napi::Number::New(env, static_cast<double>(value)));
  };
  set("budgetBytes", totals.budget);
  set("bookedBytes", totals.booked);
  set("pinnedBytes", totals.pinned);
  set("inUseBytes", totals.in_use);
  set("loadingBytes", totals.loading);
  set("unloadingBytes", totals.unloading);
  return object;
}

/// close(id): leaves; the event `number` of that id follows, for the last member when all models are gone.
Napi::Value NativeModelCache::close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const uint64_t id = to_id(env, info[0]);
  port_->begin(env, id, nullptr, [&] {
    residency_->leave(member_, [mailbox = port_->mailbox(), id] {
      Message message;
      message.id = id;
      message.event = Event::kNumber;
      mailbox->post(std::move(message));
    });
  });
  return env.Undefined();
}

namespace {

/// { outcome, engine and description if there is an engine }
Napi::Object describe_demand(Napi::Env env, const Napi::Value& port, double outcome, EngineHandle engine,
                             const std::shared_ptr<const std::string>& description) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("outcome", Napi::Number::New(env, outcome));
  if (engine) {
    object.Set("engine", NativeEngine::create(env, port, std::move(engine)));
    object.Set("description", *description);
  }
  return object;
}

}  // namespace

Napi::Value NativeModelCache::to_result(Napi::Env env, DemandResult result) {
  Napi::Object object = describe_demand(env, port_object_.Value(), static_cast<double>(result.outcome),
                                        std::move(result.engine), result.description);
  if (result.error) object.Set("error", make_error(env, error_factory(), *result.error));
  return object;
}

/// Of the event `demand`: its outcome is the frame's number.
Napi::Value Port::take_demand(const Napi::CallbackInfo& info) {
  return describe_demand(info.Env(), info.This(), current_.number, std::move(current_.engine), current_.text);
}

}  // namespace ntrt::binding
