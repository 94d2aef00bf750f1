#pragma once
// Weights that stay in the host's memory and come to the device when they are needed.

#include <NvInferRuntime.h>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/runtime/runtime_log.h"

namespace ntrt::tensorrt {

/// Limits the device memory for the weights of an engine that has no contexts yet; NtrtPlanRequest::weight_budget says
/// how. Throws Error: kUnsupported with reason 'not-streamable'; kBackendError where TensorRT does not take it.
void limit_weights(nvinfer1::ICudaEngine& engine, const Library& library, const int64_t* budget, RuntimeLog& log);

}  // namespace ntrt::tensorrt
