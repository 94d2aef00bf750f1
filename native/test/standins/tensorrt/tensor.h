#pragma once
// ITensor, of a network.

#include <string>

#include "loud.h"
#include "test/standins/tensorrt/model.h"

namespace standin {

class Tensor final : public nvinfer1::loud::Tensor {
 public:
  enum class Place : uint8_t { kInput, kOutput, kInner };

  Tensor(ModelTensor tensor, Place place) : tensor_(std::move(tensor)), place_(place) {}

  void setName(const char* name) noexcept override {
    is_renamed_ = is_renamed_ || tensor_.name != name;
    tensor_.name = name;
  }
  const char* getName() const noexcept override { return tensor_.name.c_str(); }
  Dims getDimensions() const noexcept override { return tensor_.dims; }
  DataType getType() const noexcept override { return tensor_.type; }
  bool isNetworkInput() const noexcept override { return place_ == Place::kInput; }
  bool isNetworkOutput() const noexcept override { return place_ == Place::kOutput; }
  bool isShapeTensor() const noexcept override { return false; }
  bool isExecutionTensor() const noexcept override { return true; }
  const char* getDimensionName(int32_t index) const noexcept override {
    if (index < 0 || static_cast<size_t>(index) >= tensor_.symbols.size()) return nullptr;
    const std::string& symbol = tensor_.symbols[static_cast<size_t>(index)];
    return symbol.empty() ? nullptr : symbol.c_str();
  }

  bool is_renamed() const { return is_renamed_; }

 private:
  ModelTensor tensor_;
  Place place_;
  bool is_renamed_ = false;
};

}  // namespace standin
