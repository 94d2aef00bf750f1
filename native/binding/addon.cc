// The module's entry: what JavaScript finds in the binary.

#include "binding/env_state.h"
#include "binding/napi_setup.h"
#include "binding/native_engine.h"
#include "binding/port.h"
#include "binding/staging.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/process_limits.h"
#include "core/shared_library.h"
#include "runtime/process_exit.h"

namespace ntrt::binding {
namespace {

/// Raised when the contract in `lib/native/contract.ts` changes, so that a stale binary is told apart.
constexpr int kContractVersion = 2;

Napi::Value limit_memory(const Napi::CallbackInfo& info) {
  int64_t bytes = 0;
  napi_get_value_int64(info.Env(), info[0], &bytes);
  return Napi::Boolean::New(info.Env(), limit_process_memory(static_cast<uint64_t>(bytes)));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  pin_own_module();
  watch_main_thread();
  auto* state = new EnvState();
  env.SetInstanceData(state);
  const Napi::Function engine = NativeEngine::define(env);
  const Napi::Function port = Port::define(env);
  const Napi::Function staging = Staging::define(env);
  // Empty when a worker is terminated while it loads the addon; using one would end the process.
  if (engine.IsEmpty() || port.IsEmpty() || staging.IsEmpty()) return exports;
  state->engine = Napi::Persistent(engine);

  exports.Set("contractVersion", Napi::Number::New(env, kContractVersion));
  Napi::Array dtypes = Napi::Array::New(env);
  for (int i = 0; i < kNumDTypes; ++i) {
    dtypes.Set(static_cast<uint32_t>(i), std::string(dtype_name(static_cast<DType>(i))));
  }
  exports.Set("dtypes", dtypes);
  Napi::Array codes = Napi::Array::New(env);
  for (int i = 0; i < kNumCodes; ++i) {
    codes.Set(static_cast<uint32_t>(i), std::string(code_name(static_cast<Code>(i))));
  }
  exports.Set("errorCodes", codes);
  exports.Set("limitMemory", Napi::Function::New(env, limit_memory));
  exports.Set("NativePort", port);
  exports.Set("NativeStaging", staging);
  return exports;
}

NODE_API_MODULE(node_tensorrt, init)

}  // namespace
}  // namespace ntrt::binding
