#pragma once
// The GPUs that an engine is for.

#include <NvInfer.h>

#include <string>
#include <vector>

#include "backends/tensorrt/builder/tensorrt_log.h"

namespace ntrt::tensorrt {

/// One engine for all of these compute capabilities ("sm86"); none: for the GPU of this machine. Throws
/// Error{kInvalidArgument} for what there is not, Error{kUnsupported} where the flavour builds for its own GPU only.
void set_targets(const std::vector<std::string>& targets, nvinfer1::IBuilderConfig& config, TensorRtLog& log);

}  // namespace ntrt::tensorrt
