#pragma once
// One thread's part in a Residency: its models, demands and elections. Its JavaScript object holds the port's. It
// leaves the residency when it is closed or dies, which is what happens when its worker is terminated.

#include <memory>
#include <string>

#include "binding/define_class.h"
#include "binding/port.h"
#include "runtime/residency/residency.h"

namespace ntrt::binding {

class NativeModelCache final : public Napi::ObjectWrap<NativeModelCache> {
 public:
  static Napi::Function define(Napi::Env env);

  /// (port, name, budgetBytes)
  explicit NativeModelCache(const Napi::CallbackInfo& info);
  ~NativeModelCache() override;

  static napi_value error_factory(napi_env env, const FirstArguments& arguments);
  napi_value error_factory() const;

  Napi::Value add(const Napi::CallbackInfo& info);
  Napi::Value remove(const Napi::CallbackInfo& info);
  Napi::Value demand(const Napi::CallbackInfo& info);
  Napi::Value cancel(const Napi::CallbackInfo& info);
  Napi::Value finish(const Napi::CallbackInfo& info);
  Napi::Value fail(const Napi::CallbackInfo& info);
  Napi::Value abandon(const Napi::CallbackInfo& info);
  Napi::Value pin(const Napi::CallbackInfo& info);
  Napi::Value models(const Napi::CallbackInfo& info);
  Napi::Value totals(const Napi::CallbackInfo& info);
  Napi::Value close(const Napi::CallbackInfo& info);

 private:
  Napi::Value to_result(Napi::Env env, DemandResult result);

  Port* port_ = nullptr;
  Napi::ObjectReference port_object_;
  std::shared_ptr<Residency> residency_;
  uint64_t member_ = 0;
};

}  // namespace ntrt::binding
