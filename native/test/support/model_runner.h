#pragma once
// A loaded model, of any backend, run from a test.

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/backend.h"

namespace ntrt::testing {

template <typename T>
TensorView view_of(DType type, Shape dims, std::vector<T>& data) {
  return {type, std::move(dims), data.empty() ? nullptr : data.data(), data.size() * sizeof(T)};
}
inline TensorView view_of(std::vector<float>& data) {
  return view_of(DType::kFloat32, {static_cast<int64_t>(data.size())}, data);
}
inline TensorView view_of(Shape dims, std::vector<float>& data) {
  return view_of(DType::kFloat32, std::move(dims), data);
}
inline TensorView view_of_strings(Shape dims, std::vector<std::string>& data) {
  return {DType::kString, std::move(dims), &data, 0};
}

template <typename T = float>
std::vector<T> values_of(const TensorView& view) {
  std::vector<T> values(view.bytes / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), view.data, view.bytes);
  return values;
}

/// One model with one instance.
class ModelRunner {
 public:
  explicit ModelRunner(std::unique_ptr<LoadedModel> model)
      : model_(std::move(model)), instance_(model_->create_instance()) {}

  /// Of all outputs, in memory of the backend's.
  std::vector<OutputRequest> run(std::vector<TensorView> inputs) {
    std::vector<size_t> all(model_->signature().outputs.size());
    for (size_t i = 0; i < all.size(); ++i) all[i] = i;
    return run(std::move(inputs), all);
  }
  std::vector<OutputRequest> run(std::vector<TensorView> inputs, const std::vector<size_t>& indexes) {
    std::vector<OutputRequest> outputs(indexes.size());
    for (size_t i = 0; i < indexes.size(); ++i) outputs[i].index = indexes[i];
    instance_->run(inputs, outputs);
    return outputs;
  }
  /// Output 0 into `view`.
  void run_into(std::vector<TensorView> inputs, TensorView view) {
    std::vector<OutputRequest> outputs(1);
    outputs[0].into = true;
    outputs[0].view = std::move(view);
    instance_->run(inputs, outputs);
  }

  LoadedModel& model() { return *model_; }
  Instance& instance() { return *instance_; }

 private:
  std::unique_ptr<LoadedModel> model_;
  std::unique_ptr<Instance> instance_;
};

}  // namespace ntrt::testing
