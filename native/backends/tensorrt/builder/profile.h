#pragma once
// The shapes and values that a build is for: NAME=MIN,OPT,MAX, each as 8x3x640x640.

#include <NvInfer.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace ntrt::tensorrt {

/// Least, best, most.
struct InputProfile {
  std::string input;
  std::array<nvinfer1::Dims, 3> shapes;
};

/// Of a shape tensor.
struct InputValues {
  std::string input;
  std::array<std::vector<int64_t>, 3> values;
};

// What is given is split from the right: names may have = and , in them. Nothing stands for a scalar, or for no values.
// Throw Error{kInvalidArgument}.
nvinfer1::Dims parse_shape(std::string_view text);
InputProfile parse_profile(std::string_view text);
InputValues parse_values(std::string_view text);

// Throw Error{kInvalidArgument} where the builder does not take what is given.
void add_profile(nvinfer1::IOptimizationProfile& profile, const InputProfile& input);
void add_values(nvinfer1::IOptimizationProfile& profile, const InputValues& input);

}  // namespace ntrt::tensorrt
