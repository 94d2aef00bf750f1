#include "test/standins/tensorrt/profile.h"

#include <algorithm>

namespace standin {

bool ProfileShapes::is_valid() const {
  if (min().nbDims < 0 || min().nbDims != opt().nbDims || min().nbDims != max().nbDims) return false;
  for (int32_t i = 0; i < min().nbDims; ++i) {
    if (min().d[i] > opt().d[i] || opt().d[i] > max().d[i]) return false;
  }
  return true;
}

bool ProfileShapes::holds(const Dims& shape) const {
  if (shape.nbDims != min().nbDims) return false;
  for (int32_t i = 0; i < shape.nbDims; ++i) {
    if (shape.d[i] < min().d[i] || shape.d[i] > max().d[i]) return false;
  }
  return true;
}

bool Profile::setDimensions(const char* input, nvinfer1::OptProfileSelector select, const Dims& dims) noexcept {
  if (has_open(dims)) return false;
  table_[input].dims[static_cast<size_t>(select)] = dims;
  return true;
}

Dims Profile::getDimensions(const char* input, nvinfer1::OptProfileSelector select) const noexcept {
  const auto found = table_.find(input);
  if (found != table_.end()) return found->second.dims[static_cast<size_t>(select)];
  voice_.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, std::string("the profile has no input ") + input);
  return no_dims();
}

bool Profile::setShapeValuesV2(const char* input, nvinfer1::OptProfileSelector select, const int64_t* values,
                               int32_t number) noexcept {
  if (number < 0) return false;
  values_[input][static_cast<size_t>(select)].assign(values, values + number);
  return true;
}

const int64_t* Profile::getShapeValuesV2(const char* input, nvinfer1::OptProfileSelector select) const noexcept {
  const auto found = values_.find(input);
  return found == values_.end() ? nullptr : found->second[static_cast<size_t>(select)].data();
}

int32_t Profile::getNbShapeValues(const char* input) const noexcept {
  const auto found = values_.find(input);
  return found == values_.end() ? -1 : static_cast<int32_t>(found->second[0].size());
}

bool Profile::setExtraMemoryTarget(float target) noexcept {
  if (!(target >= 0 && target <= 1)) return false;
  extra_memory_ = target;
  return true;
}

bool Profile::isValid() const noexcept {
  return std::all_of(table_.begin(), table_.end(), [](const auto& entry) { return entry.second.is_valid(); });
}

}  // namespace standin
