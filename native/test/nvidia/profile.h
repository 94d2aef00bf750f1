#pragma once
// The shapes that a build is for: NAME=MIN,OPT,MAX, each as 8x3x640x640.

#include <NvInfer.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ntrt::nvidia {

struct InputProfile {
  std::string input;
  std::array<nvinfer1::Dims, 3> shapes;
};

inline nvinfer1::Dims parse_shape(std::string_view text) {
  nvinfer1::Dims dims{};
  const char* at = text.data();
  const char* const end = at + text.size();
  while (dims.nbDims < nvinfer1::Dims::MAX_DIMS) {
    const auto [next, error] = std::from_chars(at, end, dims.d[dims.nbDims]);
    if (error != std::errc() || dims.d[dims.nbDims] < 0) break;
    ++dims.nbDims;
    if (next == end) return dims;
    if (*next != 'x') break;
    at = next + 1;
  }
  throw std::invalid_argument("\"" + std::string(text) + "\" is no shape such as 8x3x640x640");
}

inline InputProfile parse_profile(std::string_view text) {
  const size_t equals = text.rfind('=');  // names may have one too
  const size_t first = text.find(',', equals);
  const size_t second = text.find(',', first + 1);
  if (equals == std::string_view::npos || first == std::string_view::npos || second == std::string_view::npos) {
    throw std::invalid_argument("\"" + std::string(text) + "\" is no NAME=MIN,OPT,MAX");
  }
  return {std::string(text.substr(0, equals)),
          {parse_shape(text.substr(equals + 1, first - equals - 1)),
           parse_shape(text.substr(first + 1, second - first - 1)), parse_shape(text.substr(second + 1))}};
}

/// Throws std::invalid_argument where the builder does not take the shapes.
inline void add_profile(nvinfer1::IOptimizationProfile& profile, const InputProfile& input) {
  using nvinfer1::OptProfileSelector;
  const std::array selectors = {OptProfileSelector::kMIN, OptProfileSelector::kOPT, OptProfileSelector::kMAX};
  for (size_t i = 0; i < selectors.size(); ++i) {
    if (!profile.setDimensions(input.input.c_str(), selectors[i], input.shapes[i])) {
      throw std::invalid_argument("TensorRT does not take the shapes that are given for " + input.input);
    }
  }
}

}  // namespace ntrt::nvidia
