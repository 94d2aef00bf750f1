#pragma once
// New weights for an engine that is loaded.

#include <NvInferRuntime.h>

#include <string>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/runtime/runtime_log.h"

namespace ntrt::tensorrt {

/// Puts the weights of the ONNX model at `path` (UTF-8) into an engine, in its context of CUDA's, before it has
/// contexts of its own. Throws Error: kUnsupported with reason 'not-refittable'; kBackendUnavailable with reason
/// 'no-parser' or 'no-refitter'; kEngineIncompatible with reason 'refit' and details log and missing (names of weights)
/// for a model that is not the engine's.
void refit_engine(nvinfer1::ICudaEngine& engine, const Library& library, const std::string& path, RuntimeLog& log);

}  // namespace ntrt::tensorrt
