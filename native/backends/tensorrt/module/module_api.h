#pragma once
// The border between a backend module and those who open it, the program that builds (native/builder) and the addon: C,
// so that each may be compiled by another compiler. The same for every flavour of TensorRT.

#include <stddef.h>
#include <stdint.h>

#include "backends/tensorrt/module/runtime_api.h"

/// Of this header. A module says no to one that it does not speak.
#define NTRT_MODULE_ABI 2U

#if defined(_WIN32)
#define NTRT_MODULE_EXPORT __declspec(dllexport)
#else
#define NTRT_MODULE_EXPORT __attribute__((visibility("default")))
#endif

extern "C" {

struct NtrtModule {
  uint32_t abi;
  uint32_t size;        ///< of this struct; later versions append, and what lies behind it is not there
  const char* flavour;  ///< "tensorrt-rtx"
  const char* headers;  ///< version of NVIDIA's headers: "1.7.1"

  /// Does what the arguments ask for: the command, then --name value, in UTF-8. Tells what happens as JSON objects by
  /// `emit`: from any thread, one at a time, the text only valid during the call, which must not throw. Returns 0 done,
  /// 1 refused, 2 nothing could be tried; never throws. Once per process at a time.
  int (*command)(const char* const* arguments, size_t count, void (*emit)(void* context, const char* json, size_t size),
                 void* context);

  const NtrtRuntime* runtime;  ///< loads and runs plans; lives as long as the process
};

/// The module's only export, node_tensorrt_module. Null: it does not speak `abi`. What it returns lives as long as the
/// process.
typedef const NtrtModule* (*NtrtModuleEntry)(uint32_t abi);

}  // extern "C"
