#pragma once
// The profiles of a build: which shapes each is for, and whether they fit the network.

#include <string>
#include <vector>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/profile.h"
#include "backends/tensorrt/builder/tensorrt_log.h"

namespace ntrt::tensorrt {

struct ShapeProfile {
  std::string label;  ///< for messages; may be empty
  std::vector<InputProfile> shapes;
  std::vector<InputValues> values;
};

/// From --profile LABEL, each with the --shape and --values behind it. Throws Error{kInvalidArgument}.
std::vector<ShapeProfile> read_profiles(const Arguments& arguments);

/// Whether every profile names inputs of the network only, all that are open among them, and shapes that fit. The
/// builder would find out, too, but only once it builds. Throws Error{kInvalidArgument} with details profile and input.
void check_profiles(const std::vector<ShapeProfile>& profiles, const nvinfer1::INetworkDefinition& network);

/// Throws Error{kInvalidArgument} with what TensorRT says.
void add_profiles(const std::vector<ShapeProfile>& profiles, nvinfer1::IBuilder& builder,
                  nvinfer1::IBuilderConfig& config, TensorRtLog& log);

}  // namespace ntrt::tensorrt
