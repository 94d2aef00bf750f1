#pragma once
// The inputs and outputs of an engine, and the profiles that it was built for.

#include <NvInferRuntime.h>

#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace ntrt::tensorrt {

/// Of an input in a profile; values of shape tensors only.
struct InputRange {
  Shape min;
  Shape opt;
  Shape max;
  std::vector<int64_t> min_values;
  std::vector<int64_t> opt_values;
  std::vector<int64_t> max_values;

  bool holds(const Shape& dims) const;
};

struct EngineTensor {
  std::string name;
  DType type = DType::kFloat32;
  Shape dims;               ///< -1 for one that is open
  bool is_on_host = false;  ///< TensorRT wants its bytes in host memory
  bool is_shape_tensor = false;
};

struct EngineTensors {
  std::vector<EngineTensor> inputs;
  std::vector<EngineTensor> outputs;
  /// By profile and input; at least one profile.
  std::vector<std::vector<InputRange>> profiles;
};

/// Throws Error{kUnsupported} with details tensor and reason for a type or a layout that is not carried.
EngineTensors read_tensors(const nvinfer1::ICudaEngine& engine);

/// None for a rank that is not known either.
Shape to_shape(const nvinfer1::Dims& dims);
nvinfer1::Dims to_dims(const Shape& shape);

}  // namespace ntrt::tensorrt
