#pragma once
// Whether a plan fits this library and GPU, before it is loaded.

#include <NvInferRuntime.h>

#include <cstddef>
#include <span>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/runtime/device.h"

namespace ntrt::tensorrt {

/// Throws Error{kEngineIncompatible} with details reason ('truncated' or 'invalid'), diagnostics, computeCapability and
/// version for a plan that cannot be valid here by its header. TensorRT-RTX only; with TensorRT it does nothing, which
/// says so when it loads.
void check_plan(const nvinfer1::IRuntime& runtime, const Library& library, const UsedDevice& device,
                std::span<const std::byte> plan);

}  // namespace ntrt::tensorrt
