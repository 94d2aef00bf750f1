#include "backends/tensorrt/builder/profiles.h"

#include <algorithm>

#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

/// "profile 2 ("night")"
std::string profile_name(size_t index, const std::string& label) {
  const std::string number = "profile " + std::to_string(index + 1);
  return label.empty() ? number : number + " (\"" + label + "\")";
}

struct ProfilePlace {
  std::string profile;
  std::string input;
};

[[noreturn]] void refuse_profile(const ProfilePlace& place, const std::string& why) {
  throw Error(Code::kInvalidArgument, place.profile + ": input " + place.input + " " + why,
              {{"profile", place.profile}, {"input", place.input}});
}

std::string text_of(const nvinfer1::Dims& dims) {
  std::string text;
  for (int32_t i = 0; i < dims.nbDims; ++i) text += (i > 0 ? "x" : "") + std::to_string(dims.d[i]);
  return text;
}

bool has_open_dims(const nvinfer1::ITensor& tensor) {
  const nvinfer1::Dims dims = tensor.getDimensions();
  bool is_open = dims.nbDims < 0;
  for (int32_t i = 0; i < dims.nbDims; ++i) is_open = is_open || dims.d[i] < 0;
  return is_open;
}

const nvinfer1::ITensor& input_of(const nvinfer1::INetworkDefinition& network, const ProfilePlace& place) {
  for (int32_t i = 0; i < network.getNbInputs(); ++i) {
    if (place.input == network.getInput(i)->getName()) return *network.getInput(i);
  }
  refuse_profile(place, "is none of the network's");
}

void check_shapes(const InputProfile& given, const nvinfer1::ITensor& tensor, const ProfilePlace& place) {
  const nvinfer1::Dims dims = tensor.getDimensions();
  for (const nvinfer1::Dims& shape : given.shapes) {
    bool fits = dims.nbDims < 0 || shape.nbDims == dims.nbDims;
    for (int32_t i = 0; fits && i < dims.nbDims; ++i) fits = dims.d[i] < 0 || dims.d[i] == shape.d[i];
    if (!fits)
      refuse_profile(place, "is " + text_of(dims) + " in the network, which " + text_of(shape) + " is none of");
  }
  for (int32_t i = 0; i < given.shapes[0].nbDims; ++i) {
    if (given.shapes[0].d[i] <= given.shapes[1].d[i] && given.shapes[1].d[i] <= given.shapes[2].d[i]) continue;
    refuse_profile(place, "needs sizes that ascend from the least to the most");
  }
}

}  // namespace

std::vector<ShapeProfile> read_profiles(const Arguments& arguments) {
  std::vector<ShapeProfile> profiles;
  for (const auto& [name, value] : arguments.given()) {
    if (name == "--profile") {
      profiles.push_back({value, {}, {}});
    } else if (name == "--shape" || name == "--values") {
      if (profiles.empty()) {
        throw Error(Code::kInvalidArgument, name + " belongs to a --profile in front of it", {{"option", name}});
      }
      if (name == "--shape") {
        profiles.back().shapes.push_back(parse_profile(value));
      } else {
        profiles.back().values.push_back(parse_values(value));
      }
    }
  }
  return profiles;
}

void check_profiles(const std::vector<ShapeProfile>& profiles, const nvinfer1::INetworkDefinition& network) {
  for (int32_t i = 0; profiles.empty() && i < network.getNbInputs(); ++i) {
    const nvinfer1::ITensor& input = *network.getInput(i);
    if (!has_open_dims(input)) continue;
    throw Error(Code::kInvalidArgument,
                std::string("input ") + input.getName() + " has dimensions that are open, so a --profile is needed",
                {{"input", input.getName()}});
  }
  for (size_t index = 0; index < profiles.size(); ++index) {
    const ShapeProfile& profile = profiles[index];
    const std::string name = profile_name(index, profile.label);
    for (const InputProfile& given : profile.shapes) {
      const ProfilePlace place{name, given.input};
      check_shapes(given, input_of(network, place), place);
      const auto is_same = [&](const InputProfile& other) { return other.input == given.input; };
      if (std::ranges::count_if(profile.shapes, is_same) > 1) refuse_profile(place, "is there twice");
    }
    for (const InputValues& given : profile.values) input_of(network, {name, given.input});
    for (int32_t i = 0; i < network.getNbInputs(); ++i) {
      const nvinfer1::ITensor& input = *network.getInput(i);
      const auto is_it = [&](const InputProfile& given) { return given.input == input.getName(); };
      if (has_open_dims(input) && std::ranges::none_of(profile.shapes, is_it)) {
        refuse_profile({name, input.getName()}, "has dimensions that are open and no --shape");
      }
    }
  }
}

void add_profiles(const std::vector<ShapeProfile>& profiles, nvinfer1::IBuilder& builder,
                  nvinfer1::IBuilderConfig& config, TensorRtLog& log) {
  for (size_t index = 0; index < profiles.size(); ++index) {
    nvinfer1::IOptimizationProfile& profile = *builder.createOptimizationProfile();  // owned by the builder
    for (const InputProfile& input : profiles[index].shapes) add_profile(profile, input);
    for (const InputValues& input : profiles[index].values) add_values(profile, input);
    if (config.addOptimizationProfile(&profile) >= 0) continue;
    const std::string name = profile_name(index, profiles[index].label);
    throw Error(Code::kInvalidArgument, log.explain("TensorRT does not take " + name), {{"profile", name}});
  }
}

}  // namespace ntrt::tensorrt
