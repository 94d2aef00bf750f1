#include "backends/tensorrt/runtime/describe.h"

#include <vector>

#include "core/json.h"

namespace ntrt::tensorrt {
namespace {

Json range_json(const EngineTensor& input, const InputRange& range) {
  std::vector<Json::Member> members = {{"input", input.name},
                                       {"min", Json::array(range.min)},
                                       {"opt", Json::array(range.opt)},
                                       {"max", Json::array(range.max)}};
  if (!range.min_values.empty()) {
    members.emplace_back("minValues", Json::array(range.min_values));
    members.emplace_back("optValues", Json::array(range.opt_values));
    members.emplace_back("maxValues", Json::array(range.max_values));
  }
  return Json::object(members);
}

Json ranges_json(const EngineTensors& tensors) {
  std::vector<Json> profiles;
  for (const auto& ranges : tensors.profiles) {
    std::vector<Json> items;
    for (size_t i = 0; i < ranges.size(); ++i) items.push_back(range_json(tensors.inputs[i], ranges[i]));
    profiles.push_back(Json::array(items));
  }
  return Json::array(profiles);
}

Json streaming_json(const nvinfer1::ICudaEngine& engine, const Library& library) {
  if (!library.supports(Feature::kWeightStreaming) || engine.getStreamableWeightsSize() == 0) return Json::null();
  return Json::object({{"streamableBytes", engine.getStreamableWeightsSize()},
                       {"budgetBytes", engine.getWeightStreamingBudgetV2()},
                       {"scratchBytes", engine.getWeightStreamingScratchMemorySize()}});
}

std::vector<std::string> shape_tensors(const EngineTensors& tensors) {
  std::vector<std::string> names;
  for (const auto* group : {&tensors.inputs, &tensors.outputs}) {
    for (const EngineTensor& tensor : *group) {
      if (tensor.is_shape_tensor) names.push_back(tensor.name);
    }
  }
  return names;
}

}  // namespace

std::string describe_engine(const nvinfer1::ICudaEngine& engine, const EngineTensors& tensors, const Library& library,
                            const UsedDevice& device, const RuntimeCache& cache) {
  const cuda::DeviceInfo& info = device.info;
  const std::string capability = std::to_string(info.compute_major) + "." + std::to_string(info.compute_minor);
  return Json::object({{"library", Json::object({{"flavour", info_of(library.flavour).name},
                                                 {"version", to_string(library.version)},
                                                 {"path", library.path}})},
                       {"device", Json::object({{"index", info.id.index},
                                                {"name", info.name},
                                                {"uuid", info.uuid},
                                                {"computeCapability", capability}})},
                       {"profiles", ranges_json(tensors)},
                       {"shapeTensors", Json::array(shape_tensors(tensors))},
                       {"scratchBytes", engine.getDeviceMemorySizeV2()},
                       {"weightStreaming", streaming_json(engine, library)},
                       {"runtimeCache", Json::object({{"path", cache.path()}, {"state", cache.state()}})}})
      .text();
}

std::string list_ranges(const EngineTensors& tensors, size_t input) {
  std::string text;
  for (size_t profile = 0; profile < tensors.profiles.size(); ++profile) {
    const InputRange& range = tensors.profiles[profile][input];
    text += (text.empty() ? "profile " : "; profile ") + std::to_string(profile) + ": " + ntrt::to_string(range.min) +
            " to " + ntrt::to_string(range.max);
  }
  return text;
}

}  // namespace ntrt::tensorrt
