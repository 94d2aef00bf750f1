// The entry of a backend module: compiled once per flavour of TensorRT.
#include "backends/tensorrt/module/module_api.h"

#include <span>
#include <string_view>

#include "backends/tensorrt/builder/command.h"
#include "backends/tensorrt/builder/this_flavour.h"
#include "backends/tensorrt/runtime/list_devices.h"
#include "backends/tensorrt/runtime/runtime_table.h"

namespace {

int run_module_command(const char* const* arguments, size_t count, void (*emit)(void*, const char*, size_t),
                       void* context) {
  ntrt::tensorrt::Events events(emit, context);
  if (count > 0 && std::string_view(arguments[0]) == "devices") {
    return ntrt::tensorrt::run_told(events, [&] {
      ntrt::tensorrt::list_devices(events);
      return ntrt::tensorrt::kDone;
    });
  }
  return ntrt::tensorrt::run_command({arguments, count}, events);
}

}  // namespace

extern "C" NTRT_MODULE_EXPORT const NtrtModule* node_tensorrt_module(uint32_t abi) {
  static const char* const kFlavour = ntrt::tensorrt::kIsRtx ? "tensorrt-rtx" : "tensorrt";
  static const NtrtModule kModule{NTRT_MODULE_ABI,    sizeof(NtrtModule),
                                  kFlavour,           ntrt::tensorrt::kHeadersVersion,
                                  run_module_command, &ntrt::tensorrt::runtime_table()};
  return abi == NTRT_MODULE_ABI ? &kModule : nullptr;
}
