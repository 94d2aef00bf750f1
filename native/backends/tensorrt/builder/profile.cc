#include "backends/tensorrt/builder/profile.h"

#include <charconv>

#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

using nvinfer1::OptProfileSelector;

constexpr std::array kSelectors = {OptProfileSelector::kMIN, OptProfileSelector::kOPT, OptProfileSelector::kMAX};

/// "1x2x-1"; empty for text that is no such list.
bool parse_numbers(std::string_view text, std::vector<int64_t>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    int64_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return false;
    numbers.push_back(number);
    if (next == end) return true;
    if (*next != 'x' || next + 1 == end) return false;
    at = next + 1;
  }
  return true;
}

[[noreturn]] void refuse_text(std::string_view text, const char* what) {
  const std::string given(text);
  throw Error(Code::kInvalidArgument, "\"" + given + "\" is no " + what, {{"given", given}});
}

std::vector<int64_t> parse_value_list(std::string_view text) {
  std::vector<int64_t> values;
  if (!parse_numbers(text, values)) refuse_text(text, "list of values such as 1x2x-1");
  return values;
}

struct Parts {
  std::string name;
  std::array<std::string_view, 3> texts;
};

Parts split_parts(std::string_view text) {
  const size_t equals = text.rfind('=');
  const size_t first = equals == std::string_view::npos ? equals : text.find(',', equals);
  const size_t second = first == std::string_view::npos ? first : text.find(',', first + 1);
  if (second == std::string_view::npos) refuse_text(text, "NAME=MIN,OPT,MAX");
  return {std::string(text.substr(0, equals)),
          {text.substr(equals + 1, first - equals - 1), text.substr(first + 1, second - first - 1),
           text.substr(second + 1)}};
}

[[noreturn]] void refuse_for_input(const char* what, const std::string& input) {
  throw Error(Code::kInvalidArgument,
              std::string("TensorRT does not take the ") + what + " that are given for " + input, {{"input", input}});
}

}  // namespace

nvinfer1::Dims parse_shape(std::string_view text) {
  std::vector<int64_t> sizes;
  nvinfer1::Dims dims{};
  if (!parse_numbers(text, sizes) || sizes.size() > nvinfer1::Dims::MAX_DIMS)
    refuse_text(text, "shape such as 8x3x640x640");
  for (const int64_t size : sizes) {
    if (size < 0) refuse_text(text, "shape such as 8x3x640x640");
    dims.d[dims.nbDims++] = size;
  }
  return dims;
}

InputProfile parse_profile(std::string_view text) {
  const Parts parts = split_parts(text);
  return {parts.name, {parse_shape(parts.texts[0]), parse_shape(parts.texts[1]), parse_shape(parts.texts[2])}};
}

InputValues parse_values(std::string_view text) {
  const Parts parts = split_parts(text);
  return {parts.name,
          {parse_value_list(parts.texts[0]), parse_value_list(parts.texts[1]), parse_value_list(parts.texts[2])}};
}

void add_profile(nvinfer1::IOptimizationProfile& profile, const InputProfile& input) {
  for (size_t i = 0; i < kSelectors.size(); ++i) {
    if (!profile.setDimensions(input.input.c_str(), kSelectors[i], input.shapes[i])) {
      refuse_for_input("shapes", input.input);
    }
  }
}

void add_values(nvinfer1::IOptimizationProfile& profile, const InputValues& input) {
  for (size_t i = 0; i < kSelectors.size(); ++i) {
    const std::vector<int64_t>& values = input.values[i];
    const auto count = static_cast<int32_t>(values.size());
    if (!profile.setShapeValuesV2(input.input.c_str(), kSelectors[i], values.data(), count)) {
      refuse_for_input("values", input.input);
    }
  }
}

}  // namespace ntrt::tensorrt
