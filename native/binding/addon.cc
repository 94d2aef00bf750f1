// The module's entry: what JavaScript finds in the binary.

#include "binding/env_state.h"
#include "binding/file_kinds.h"
#include "binding/guard.h"
#include "binding/libraries.h"
#include "binding/napi_setup.h"
#include "binding/native_engine.h"
#include "binding/native_model_cache.h"
#include "binding/numeric.h"
#include "binding/port.h"
#include "binding/staging.h"
#include "core/dtype.h"
#include "core/error.h"
#include "core/process_limits.h"
#include "core/shared_library.h"
#include "core/telemetry.h"
#include "runtime/engine_registry.h"
#include "runtime/process_exit.h"

namespace ntrt::binding {
namespace {

/// Raised when the contract in `lib/native/contract.ts` changes, so that a stale binary is told apart.
constexpr int kContractVersion = 16;

/// limitMemory(bytes): see core/process_limits.h. Plain Node-API: there is nothing in it that could throw.
napi_value limit_memory(napi_env env, napi_callback_info info) noexcept {
  size_t count = 1;
  napi_value argument = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  int64_t bytes = 0;
  const bool is_number = napi_get_value_int64(env, argument, &bytes) == napi_ok;
  const bool limited = is_number && bytes > 0 && limit_process_memory(static_cast<uint64_t>(bytes));
  napi_value result = nullptr;
  napi_get_boolean(env, limited, &result);
  return result;
}

void fill(Napi::Env env, Napi::Object exports) {
  opt_out_of_telemetry();
  pin_own_module();
  watch_main_thread();
  auto* state = new EnvState();
  env.SetInstanceData(state);
  const Napi::Function engine = NativeEngine::define(env);
  const Napi::Function port = Port::define(env);
  const Napi::Function staging = Staging::define(env);
  const Napi::Function model_cache = NativeModelCache::define(env);
  // Empty when a worker is terminated while it loads the addon; using one would end the process.
  if (engine.IsEmpty() || port.IsEmpty() || staging.IsEmpty() || model_cache.IsEmpty()) return;
  state->engine = Napi::Persistent(engine);

  exports.Set("contractVersion", Napi::Number::New(env, kContractVersion));
  exports.Set("processId", process_id());
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
  napi_value function = nullptr;
  napi_create_function(env, "limitMemory", NAPI_AUTO_LENGTH, limit_memory, nullptr, &function);
  if (function == nullptr) return;
  exports.Set("limitMemory", function);
  exports.Set("NativePort", port);
  exports.Set("NativeStaging", staging);
  exports.Set("NativeModelCache", model_cache);
  define_numeric(env, exports);
  define_libraries(env, exports);
  define_file_kinds(env, exports);
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
