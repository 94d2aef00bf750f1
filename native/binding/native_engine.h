#pragma once
// One handle to an engine, in one environment. Its JavaScript object holds the port's, so the port outlives it.

#include <memory>

#include "binding/define_class.h"
#include "binding/port.h"
#include "runtime/engine_handle.h"

namespace ntrt::binding {

/// How submit() may run a request. The numbers cross the border.
enum class Mode : uint8_t {
  kAsync = 0,    ///< in place if that is quick, else on a lane
  kBlocking = 1  ///< here and now
};

class NativeEngine final : public Napi::ObjectWrap<NativeEngine> {
 public:
  static Napi::Function define(Napi::Env env);
  /// Null for anything else.
  static NativeEngine* from(Napi::Env env, napi_value value) {
    return has_tag(env, value, kEngineTag) ? Unwrap(Napi::Object(env, value)) : nullptr;
  }
  const EngineHandle& handle() const noexcept { return engine_; }
  static Napi::Value create(Napi::Env env, const Napi::Value& port, EngineHandle engine);

  /// (port, External<EngineHandle>); only create() calls it.
  explicit NativeEngine(const Napi::CallbackInfo& info);

  static napi_value error_factory(napi_env env, const FirstArguments& arguments);
  napi_value error_factory() const;

  Napi::Value describe(const Napi::CallbackInfo& info);
  Napi::Value facts(const Napi::CallbackInfo& info);
  Napi::Value batching(const Napi::CallbackInfo& info);
  Napi::Value numa(const Napi::CallbackInfo& info);
  Napi::Value queue_options(const Napi::CallbackInfo& info);
  Napi::Value configure(const Napi::CallbackInfo& info);
  Napi::Value submit(const Napi::CallbackInfo& info);
  Napi::Value check_room(const Napi::CallbackInfo& info);
  Napi::Value flush(const Napi::CallbackInfo& info);
  Napi::Value share(const Napi::CallbackInfo& info);
  Napi::Value release(const Napi::CallbackInfo& info);
  Napi::Value stats(const Napi::CallbackInfo& info);

 private:
  Engine& engine() const;
  void read_outputs(const Napi::CallbackInfo& info, const double*& frame, Request& request) const;
  void read_inputs(const Napi::CallbackInfo& info, const double*& frame, Request& request) const;
  static void copy_in(Request& request);

  Port* port_ = nullptr;
  Napi::ObjectReference port_object_;
  EngineHandle engine_;  ///< the collector is the safety net: it lets the handle go without waiting for anything
};

}  // namespace ntrt::binding
