#pragma once
// The functions of a module that load and run plans.

#include "backends/tensorrt/module/runtime_api.h"

namespace ntrt::tensorrt {

/// Lives as long as the process.
const NtrtRuntime& runtime_table() noexcept;

}  // namespace ntrt::tensorrt
