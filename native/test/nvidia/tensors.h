#pragma once
// The inputs and outputs of a network, as JSON.

#include <NvInfer.h>

#include <array>
#include <string>
#include <vector>

#include "test/nvidia/json.h"

namespace ntrt::nvidia {

inline std::string type_name(nvinfer1::DataType type) {
  static constexpr std::array<std::string_view, 10> kNames = {"float32", "float16", "int8",     "int32", "bool",
                                                              "uint8",   "fp8",     "bfloat16", "int64", "int4"};
  const auto index = static_cast<size_t>(type);
  return index < kNames.size() ? std::string(kNames[index]) : "type " + std::to_string(index);
}

/// Dimensions that are open are -1.
inline Json tensor_json(const nvinfer1::ITensor& tensor) {
  const nvinfer1::Dims dims = tensor.getDimensions();
  const std::vector<int64_t> sizes(dims.d, dims.d + (dims.nbDims < 0 ? 0 : dims.nbDims));
  return Json::object(
      {{"name", tensor.getName()}, {"type", type_name(tensor.getType())}, {"dims", Json::array(sizes)}});
}

inline Json inputs_json(const nvinfer1::INetworkDefinition& network) {
  std::vector<Json> items;
  for (int32_t i = 0; i < network.getNbInputs(); ++i) items.push_back(tensor_json(*network.getInput(i)));
  return Json::array(items);
}

inline Json outputs_json(const nvinfer1::INetworkDefinition& network) {
  std::vector<Json> items;
  for (int32_t i = 0; i < network.getNbOutputs(); ++i) items.push_back(tensor_json(*network.getOutput(i)));
  return Json::array(items);
}

}  // namespace ntrt::nvidia
