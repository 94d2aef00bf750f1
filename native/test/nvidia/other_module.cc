// A backend module that speaks no version which there is.

#include "backends/tensorrt/module/module_api.h"

extern "C" NTRT_MODULE_EXPORT const NtrtModule* node_tensorrt_module(uint32_t) { return nullptr; }
