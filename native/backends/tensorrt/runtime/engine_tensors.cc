#include "backends/tensorrt/runtime/engine_tensors.h"

#include <algorithm>

#include "backends/tensorrt/runtime/element_type.h"
#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

using nvinfer1::ICudaEngine;
using nvinfer1::OptProfileSelector;

[[noreturn]] void refuse_tensor(const std::string& name, const char* reason, const std::string& what) {
  throw Error(Code::kUnsupported, "'" + name + "' " + what, {{"tensor", name}, {"reason", reason}});
}

EngineTensor read_tensor(const ICudaEngine& engine, const char* name) {
  EngineTensor tensor;
  tensor.name = name;
  const auto type = to_dtype(engine.getTensorDataType(name));
  if (!type) refuse_tensor(tensor.name, "type", "has an element type that only engines have inside");
  tensor.type = *type;
  if (engine.getTensorFormat(name) != nvinfer1::TensorFormat::kLINEAR) {
    refuse_tensor(tensor.name, "layout", "is not laid out in rows, one element after the other");
  }
  tensor.dims = to_shape(engine.getTensorShape(name));
  tensor.is_on_host = engine.getTensorLocation(name) == nvinfer1::TensorLocation::kHOST;
  tensor.is_shape_tensor = engine.isShapeInferenceIO(name);
  return tensor;
}

std::vector<int64_t> read_values(const ICudaEngine& engine, const EngineTensor& input, int32_t profile,
                                 OptProfileSelector select) {
  const int64_t* const values = engine.getProfileTensorValuesV2(input.name.c_str(), profile, select);
  if (values == nullptr) return {};
  return {values, values + element_count(input.dims)};
}

InputRange read_range(const ICudaEngine& engine, const EngineTensor& input, int32_t profile) {
  const auto shape = [&](OptProfileSelector select) {
    const nvinfer1::Dims dims = engine.getProfileShape(input.name.c_str(), profile, select);
    return dims.nbDims < 0 ? input.dims : to_shape(dims);  // a shape that is fixed need not be in a profile
  };
  InputRange range;
  range.min = shape(OptProfileSelector::kMIN);
  range.opt = shape(OptProfileSelector::kOPT);
  range.max = shape(OptProfileSelector::kMAX);
  const bool is_fixed = std::ranges::none_of(input.dims, [](int64_t dim) { return dim < 0; });
  if (input.is_shape_tensor && is_fixed) {
    range.min_values = read_values(engine, input, profile, OptProfileSelector::kMIN);
    range.opt_values = read_values(engine, input, profile, OptProfileSelector::kOPT);
    range.max_values = read_values(engine, input, profile, OptProfileSelector::kMAX);
  }
  return range;
}

}  // namespace

bool InputRange::holds(const Shape& dims) const {
  if (dims.size() != min.size() || dims.size() != max.size()) return false;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] < min[i] || dims[i] > max[i]) return false;
  }
  return true;
}

Shape to_shape(const nvinfer1::Dims& dims) { return {dims.d, dims.d + std::max(dims.nbDims, 0)}; }

nvinfer1::Dims to_dims(const Shape& shape) {
  nvinfer1::Dims dims{};
  dims.nbDims = static_cast<int32_t>(shape.size());
  std::ranges::copy(shape, dims.d);
  return dims;
}

EngineTensors read_tensors(const ICudaEngine& engine) {
  EngineTensors tensors;
  for (int32_t i = 0; i < engine.getNbIOTensors(); ++i) {
    const char* const name = engine.getIOTensorName(i);
    const bool is_input = engine.getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT;
    (is_input ? tensors.inputs : tensors.outputs).push_back(read_tensor(engine, name));
  }
  const int32_t num_profiles = std::max(1, engine.getNbOptimizationProfiles());
  for (int32_t profile = 0; profile < num_profiles; ++profile) {
    std::vector<InputRange>& ranges = tensors.profiles.emplace_back();
    for (const EngineTensor& input : tensors.inputs) ranges.push_back(read_range(engine, input, profile));
  }
  return tensors;
}

}  // namespace ntrt::tensorrt
