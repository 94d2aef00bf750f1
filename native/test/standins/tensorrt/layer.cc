#include "test/standins/tensorrt/layer.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace standin {
namespace {

using nvinfer1::LayerType;

constexpr auto kLayerTypes = std::to_array<std::pair<std::string_view, LayerType>>({
    {"Add", LayerType::kELEMENTWISE},
    {"AveragePool", LayerType::kPOOLING},
    {"Cast", LayerType::kCAST},
    {"Concat", LayerType::kCONCATENATION},
    {"Conv", LayerType::kCONVOLUTION},
    {"Gemm", LayerType::kMATRIX_MULTIPLY},
    {"MatMul", LayerType::kMATRIX_MULTIPLY},
    {"MaxPool", LayerType::kPOOLING},
    {"Mul", LayerType::kELEMENTWISE},
    {"Relu", LayerType::kACTIVATION},
    {"Reshape", LayerType::kSHUFFLE},
    {"Sigmoid", LayerType::kACTIVATION},
    {"Softmax", LayerType::kSOFTMAX},
    {"Transpose", LayerType::kSHUFFLE},
});

LayerType layer_type(std::string_view op) {
  const auto found = std::ranges::find(kLayerTypes, op, &std::pair<std::string_view, LayerType>::first);
  return found == kLayerTypes.end() ? LayerType::kIDENTITY : found->second;
}

void add_tensor(std::deque<Tensor>& layer_tensors, const std::string& name, const Model& model) {
  using Place = Tensor::Place;
  for (const auto& [tensors, place] :
       {std::pair{&model.inputs, Place::kInput}, std::pair{&model.outputs, Place::kOutput},
        std::pair{&model.inner, Place::kInner}}) {
    const auto found = std::ranges::find(*tensors, name, &ModelTensor::name);
    if (found == tensors->end()) continue;
    layer_tensors.emplace_back(*found, place);
    return;
  }
  layer_tensors.emplace_back(ModelTensor{name, DataType::kFLOAT, no_dims(), {}}, Place::kInner);
}

nvinfer1::ITensor* tensor_at(std::deque<Tensor>& tensors, int32_t index) {
  return index < 0 || static_cast<size_t>(index) >= tensors.size() ? nullptr : &tensors[static_cast<size_t>(index)];
}

}  // namespace

Layer::Layer(const ModelNode& node, const Model& model) : name_(node.name), type_(layer_type(node.op)) {
  for (const std::string& name : node.inputs) add_tensor(inputs_, name, model);
  for (const std::string& name : node.outputs) add_tensor(outputs_, name, model);
}

nvinfer1::ITensor* Layer::getInput(int32_t index) const noexcept { return tensor_at(inputs_, index); }

nvinfer1::ITensor* Layer::getOutput(int32_t index) const noexcept { return tensor_at(outputs_, index); }

nvinfer1::DataType Layer::getOutputType(int32_t index) const noexcept { return getOutput(index)->getType(); }

}  // namespace standin
