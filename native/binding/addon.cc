// The module's entry: what JavaScript finds in the binary.

#include "binding/env_state.h"
#include "binding/guard.h"
#include "binding/napi_setup.h"
#include "binding/native_engine.h"
#include "binding/port.h"
#include "binding/staging.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/shared_library.h"
#include "runtime/process_exit.h"

namespace ntrt::binding {
namespace {

/// Raised when the contract in `lib/native/contract.ts` changes, so that a stale binary is told apart.
constexpr int kContractVersion = 1;

void fill(Napi::Env env, Napi::Object exports) {
  pin_own_module();
  watch_main_thread();
  auto* state = new EnvState();
  env.SetInstanceData(state);
  const Napi::Function engine = NativeEngine::define(env);
  const Napi::Function port = Port::define(env);
  const Napi::Function staging = Staging::define(env);
  // Empty when a worker is terminated while it loads the addon; using one would end the process.
  if (engine.IsEmpty() || port.IsEmpty() || staging.IsEmpty()) return;
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
  exports.Set("NativePort", port);
  exports.Set("NativeStaging", staging);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  guarded(
      env, [] { return nullptr; },
      [&]() -> napi_value {
        fill(env, exports);
        return nullptr;
      });
  return exports;
}

NODE_API_MODULE(node_tensorrt, init)

}  // namespace
}  // namespace ntrt::binding
