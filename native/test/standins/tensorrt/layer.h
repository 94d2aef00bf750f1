#pragma once
// ILayer: a node of the model, where NVIDIA's parser often makes several.

#include <deque>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/model.h"
#include "test/standins/tensorrt/tensor.h"

namespace standin {

class Layer final : public nvinfer1::loud::Layer {
 public:
  /// Tensors of which the model says nothing are float32 of unknown rank.
  Layer(const ModelNode& node, const Model& model);

  /// That of common operators; an identity for any other.
  nvinfer1::LayerType getType() const noexcept override { return type_; }
  const char* getName() const noexcept override { return name_.c_str(); }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs_.size()); }
  nvinfer1::ITensor* getInput(int32_t index) const noexcept override;
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(outputs_.size()); }
  nvinfer1::ITensor* getOutput(int32_t index) const noexcept override;
  nvinfer1::DataType getOutputType(int32_t index) const noexcept override;

 private:
  std::string name_;
  nvinfer1::LayerType type_;
  mutable std::deque<Tensor> inputs_;
  mutable std::deque<Tensor> outputs_;
};

}  // namespace standin
