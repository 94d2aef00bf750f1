#include "backends/tensorrt/builder/layers.h"

#include <array>
#include <string_view>
#include <vector>

#include "backends/tensorrt/builder/output_file.h"
#include "backends/tensorrt/builder/tensors.h"

namespace ntrt::tensorrt {
namespace {

std::string layer_type_name(nvinfer1::LayerType type) {
  static constexpr std::array<std::string_view, 57> kNames = {
      "CONVOLUTION",
      "CAST",
      "ACTIVATION",
      "POOLING",
      "LRN",
      "SCALE",
      "SOFTMAX",
      "DECONVOLUTION",
      "CONCATENATION",
      "ELEMENTWISE",
      "PLUGIN",
      "UNARY",
      "PADDING",
      "SHUFFLE",
      "REDUCE",
      "TOPK",
      "GATHER",
      "MATRIX_MULTIPLY",
      "RAGGED_SOFTMAX",
      "CONSTANT",
      "IDENTITY",
      "PLUGIN_V2",
      "SLICE",
      "SHAPE",
      "PARAMETRIC_RELU",
      "RESIZE",
      "TRIP_LIMIT",
      "RECURRENCE",
      "ITERATOR",
      "LOOP_OUTPUT",
      "SELECT",
      "FILL",
      "QUANTIZE",
      "DEQUANTIZE",
      "CONDITION",
      "CONDITIONAL_INPUT",
      "CONDITIONAL_OUTPUT",
      "SCATTER",
      "EINSUM",
      "ASSERTION",
      "ONE_HOT",
      "NON_ZERO",
      "GRID_SAMPLE",
      "NMS",
      "REVERSE_SEQUENCE",
      "NORMALIZATION",
      "PLUGIN_V3",
      "SQUEEZE",
      "UNSQUEEZE",
      "CUMULATIVE",
      "DYNAMIC_QUANTIZE",
      "ATTENTION_INPUT",
      "ATTENTION_OUTPUT",
      "ROTARY_EMBEDDING",
      "KVCACHE_UPDATE",
      "MOE",
      "DIST_COLLECTIVE",
  };
  const auto index = static_cast<size_t>(type);
  return index < kNames.size() ? std::string(kNames[index]) : "type " + std::to_string(index);
}

Json layer_json(const nvinfer1::ILayer& layer) {
  std::vector<Json> inputs;
  for (int32_t i = 0; i < layer.getNbInputs(); ++i) {
    // One that is optional may not be there.
    if (const nvinfer1::ITensor* input = layer.getInput(i)) inputs.emplace_back(input->getName());
  }
  std::vector<Json> outputs;
  for (int32_t i = 0; i < layer.getNbOutputs(); ++i) {
    if (const nvinfer1::ITensor* output = layer.getOutput(i)) outputs.push_back(tensor_json(*output));
  }
  return Json::object({{"name", layer.getName()},
                       {"type", layer_type_name(layer.getType())},
                       {"precision", outputs.empty() ? "" : type_name(layer.getOutputType(0))},
                       {"inputs", Json::array(inputs)},
                       {"outputs", Json::array(outputs)}});
}

}  // namespace

void write_layers(const nvinfer1::INetworkDefinition& network, const std::string& path) {
  OutputFile file(path);
  file.write("[");
  for (int32_t i = 0; i < network.getNbLayers(); ++i) {
    if (i > 0) file.write(",\n");
    file.write(layer_json(*network.getLayer(i)).text());
  }
  file.write("]\n");
  file.close();
}

}  // namespace ntrt::tensorrt
