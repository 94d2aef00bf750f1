// A module that does not fit this addon, or refuses every plan, in the way that its build says.
#include <cstddef>

#include "backends/tensorrt/module/module_api.h"

extern "C" NTRT_MODULE_EXPORT const NtrtModule* node_tensorrt_module(uint32_t) {
#if defined(ODD_SILENT)
  return nullptr;  // speaks another version
#else
#if defined(ODD_REFUSING)
  static constexpr NtrtDetail kDetail{"reason", "refused", 0};
  static constexpr NtrtFailure kRefusal{"ENGINE_INCOMPATIBLE", "not this one", &kDetail, 1};
  static NtrtRuntime runtime{};
  runtime.size = sizeof(runtime);
  runtime.load = [](const NtrtPlanRequest* request, NtrtEngine**) {
    if (request->log != nullptr) request->log(request->log_context, 2, "a word before");
    return &kRefusal;
  };
  runtime.release_failure = [](const NtrtFailure*) {};
#else
  static const NtrtRuntime runtime{};  // no function that this addon needs
#endif
#if defined(ODD_OLD)
  constexpr uint32_t kSize = offsetof(NtrtModule, runtime);  // from before it ran plans
#else
  constexpr uint32_t kSize = sizeof(NtrtModule);
#endif
  static const NtrtModule module{NTRT_MODULE_ABI, kSize, "tensorrt", "11.0.0", nullptr, &runtime};
  return &module;
#endif
}
