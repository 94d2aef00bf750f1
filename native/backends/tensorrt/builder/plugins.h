#pragma once
// Libraries of plugins that a model needs.

#include <NvInfer.h>

#include <string>
#include <vector>

#include "backends/tensorrt/builder/tensorrt_log.h"

namespace ntrt::tensorrt {

/// Before the model is parsed. Throws Error{kBuildFailed} with details reason 'plugin' and path.
void load_plugins(const std::vector<std::string>& files, nvinfer1::IBuilder& builder, TensorRtLog& log);

/// Puts them into the engine. Throws Error{kUnsupported} where TensorRT does not take that.
void serialize_plugins(const std::vector<std::string>& files, nvinfer1::IBuilderConfig& config, TensorRtLog& log);

}  // namespace ntrt::tensorrt
