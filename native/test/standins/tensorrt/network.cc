#include "test/standins/tensorrt/network.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "test/standins/tensorrt/not_modelled.h"

namespace standin {
namespace {

std::mutex networks_mutex;
std::set<const nvinfer1::INetworkDefinition*> networks;  // guarded by networks_mutex

nvinfer1::ITensor* at(std::deque<Tensor>& tensors, int32_t index) {
  return index < 0 || static_cast<size_t>(index) >= tensors.size() ? nullptr : &tensors[static_cast<size_t>(index)];
}

}  // namespace

Network::Network(nvinfer1::IBuilder& builder, nvinfer1::NetworkDefinitionCreationFlags flags, Voice voice)
    : builder_(builder), flags_(flags | kStronglyTyped), voice_(voice) {
  const std::lock_guard lock(networks_mutex);
  networks.insert(this);
}

Network::~Network() {
  const std::lock_guard lock(networks_mutex);
  networks.erase(this);
}

int32_t Network::getNbLayers() const noexcept {
  return model_ == nullptr ? 0 : static_cast<int32_t>(model_->nodes.size());
}

nvinfer1::ILayer* Network::getLayer(int32_t index) const noexcept {
  return index < 0 || index >= getNbLayers() ? nullptr : &layers_[static_cast<size_t>(index)];
}

nvinfer1::ITensor* Network::getInput(int32_t index) const noexcept { return at(inputs_, index); }

nvinfer1::ITensor* Network::getOutput(int32_t index) const noexcept { return at(outputs_, index); }

void Network::adopt(ModelPtr model, bool is_whole) {
  for (const ModelTensor& input : model->inputs) inputs_.emplace_back(input, Tensor::Place::kInput);
  if (!is_whole) return;
  for (const ModelTensor& output : model->outputs) outputs_.emplace_back(output, Tensor::Place::kOutput);
  for (const ModelNode& node : model->nodes) layers_.emplace_back(node, *model);
  model_ = std::move(model);
}

bool Network::is_renamed() const {
  const auto is_it = [](const Tensor& tensor) { return tensor.is_renamed(); };
  return std::any_of(inputs_.begin(), inputs_.end(), is_it) || std::any_of(outputs_.begin(), outputs_.end(), is_it);
}

Network& network_of(nvinfer1::INetworkDefinition& network) {
  const std::lock_guard lock(networks_mutex);
  if (!networks.contains(&network)) end_not_modelled("a network that another library made");
  return static_cast<Network&>(network);
}

void adopt_model(nvinfer1::INetworkDefinition& network, ModelPtr model, bool is_whole) {
  network_of(network).adopt(std::move(model), is_whole);
}

}  // namespace standin
