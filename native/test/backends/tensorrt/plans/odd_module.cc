// A module that does not fit this addon, in the way that its build says.
#include <cstddef>

#include "backends/tensorrt/module/module_api.h"

extern "C" NTRT_MODULE_EXPORT const NtrtModule* node_tensorrt_module(uint32_t) {
#if defined(ODD_SILENT)
  return nullptr;  // speaks another version
#else
  static const NtrtRuntime runtime{};  // no function that this addon needs
#if defined(ODD_OLD)
  constexpr uint32_t kSize = offsetof(NtrtModule, runtime);  // from before it ran plans
#else
  constexpr uint32_t kSize = sizeof(NtrtModule);
#endif
  static const NtrtModule module{NTRT_MODULE_ABI, kSize, "tensorrt", "11.0.0", nullptr, &runtime};
  return &module;
#endif
}
