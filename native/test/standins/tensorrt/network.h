#pragma once
// INetworkDefinition, of which the stand-in keeps the model that the parser read, and the names of its tensors.

#include <deque>
#include <memory>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/layer.h"
#include "test/standins/tensorrt/model.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

/// All networks are strongly typed, whatever is asked for.
inline constexpr nvinfer1::NetworkDefinitionCreationFlags kStronglyTyped = 1;

class Network final : public nvinfer1::loud::NetworkDefinition {
 public:
  Network(nvinfer1::IBuilder& builder, nvinfer1::NetworkDefinitionCreationFlags flags, Voice voice);
  ~Network() noexcept override;

  nvinfer1::IBuilder& getBuilder() const noexcept override { return builder_; }
  void setName(const char* name) noexcept override { name_ = name; }
  const char* getName() const noexcept override { return name_.c_str(); }
  nvinfer1::NetworkDefinitionCreationFlags getFlags() const noexcept override { return flags_; }
  bool getFlag(nvinfer1::NetworkDefinitionCreationFlag flag) const noexcept override {
    return (flags_ >> static_cast<uint32_t>(flag) & 1U) != 0;
  }
  int32_t getNbInputs() const noexcept override { return static_cast<int32_t>(inputs_.size()); }
  int32_t getNbOutputs() const noexcept override { return static_cast<int32_t>(outputs_.size()); }
  /// As many as the model has nodes. The real number is another one.
  int32_t getNbLayers() const noexcept override;
  nvinfer1::ILayer* getLayer(int32_t index) const noexcept override;
  nvinfer1::ITensor* getInput(int32_t index) const noexcept override;
  nvinfer1::ITensor* getOutput(int32_t index) const noexcept override;
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { voice_.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return voice_.recorder(); }

  /// What the parser made of a model. Where it refuses one it leaves the inputs only.
  void adopt(ModelPtr model, bool is_whole);
  bool is_renamed() const;
  /// Null until a whole model was parsed.
  const ModelPtr& model() const { return model_; }

 private:
  nvinfer1::IBuilder& builder_;
  nvinfer1::NetworkDefinitionCreationFlags flags_;
  Voice voice_;
  std::string name_ = "Unnamed Network 0";
  ModelPtr model_;
  mutable std::deque<Tensor> inputs_;
  mutable std::deque<Tensor> outputs_;
  mutable std::deque<Layer> layers_;
};

/// The network behind an interface. Ends the process where it is none of this stand-in's: one of the real library, say.
Network& network_of(nvinfer1::INetworkDefinition& network);

/// For the parser, which is a library of its own: network_of(network).adopt(…).
__attribute__((visibility("default"))) void adopt_model(nvinfer1::INetworkDefinition& network, ModelPtr model,
                                                        bool is_whole);

}  // namespace standin
