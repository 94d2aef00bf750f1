#include "backends/tensorrt/builder/tensors.h"

#include <array>
#include <string_view>
#include <vector>

namespace ntrt::tensorrt {
namespace {

Json end_json(const nvinfer1::ITensor& tensor) {
  return Json::object({{"name", tensor.getName()},
                       {"type", type_name(tensor.getType())},
                       {"dims", dims_json(tensor.getDimensions())},
                       {"isShapeTensor", tensor.isShapeTensor()}});
}

}  // namespace

std::string type_name(nvinfer1::DataType type) {
  static constexpr std::array<std::string_view, 12> kNames = {"float32", "float16",  "int8",  "int32", "bool", "uint8",
                                                              "fp8",     "bfloat16", "int64", "int4",  "fp4",  "e8m0"};
  const auto index = static_cast<size_t>(type);
  return index < kNames.size() ? std::string(kNames[index]) : "type " + std::to_string(index);
}

Json dims_json(const nvinfer1::Dims& dims) {
  return Json::array(std::vector<int64_t>(dims.d, dims.d + (dims.nbDims < 0 ? 0 : dims.nbDims)));
}

Json tensor_json(const nvinfer1::ITensor& tensor) {
  return Json::object(
      {{"name", tensor.getName()}, {"type", type_name(tensor.getType())}, {"dims", dims_json(tensor.getDimensions())}});
}

Json inputs_json(const nvinfer1::INetworkDefinition& network) {
  std::vector<Json> items;
  for (int32_t i = 0; i < network.getNbInputs(); ++i) items.push_back(end_json(*network.getInput(i)));
  return Json::array(items);
}

Json outputs_json(const nvinfer1::INetworkDefinition& network) {
  std::vector<Json> items;
  for (int32_t i = 0; i < network.getNbOutputs(); ++i) items.push_back(end_json(*network.getOutput(i)));
  return Json::array(items);
}

}  // namespace ntrt::tensorrt
