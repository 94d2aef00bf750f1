#pragma once
// What an engine is to be: the options of a build, set on an IBuilderConfig.

#include <NvInfer.h>

#include <string>
#include <string_view>
#include <vector>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/tensorrt_log.h"
#include "backends/tensorrt/loader/library.h"

namespace ntrt::tensorrt {

/// The names of the options that configure() knows: "--flag" …
std::vector<std::string_view> configuration_options();

/// Throws Error{kInvalidArgument} for a name or number that there is not, Error{kUnsupported} with details option and
/// flavour for what TensorRT does not take.
void configure(const Arguments& arguments, const Library& library, nvinfer1::IBuilderConfig& config, TensorRtLog& log);

/// Error{kUnsupported} with what TensorRT said.
[[noreturn]] void refuse_option(std::string_view option, const std::string& value, TensorRtLog& log);

}  // namespace ntrt::tensorrt
