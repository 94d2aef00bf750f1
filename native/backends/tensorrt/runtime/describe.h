#pragma once
// What is known of an engine, as JSON.

#include <NvInferRuntime.h>

#include <string>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/runtime/device.h"
#include "backends/tensorrt/runtime/engine_tensors.h"
#include "backends/tensorrt/runtime/runtime_cache.h"

namespace ntrt::tensorrt {

/// NtrtEngineFacts::json
std::string describe_engine(const nvinfer1::ICudaEngine& engine, const EngineTensors& tensors, const Library& library,
                            const UsedDevice& device, const RuntimeCache& cache);

/// "profile 0: x [1, 4] to [8, 4]; profile 1: …"
std::string list_ranges(const EngineTensors& tensors, size_t input);

}  // namespace ntrt::tensorrt
