#pragma once
// What an engine computes with: ONNX Runtime, or a stub that moves bytes.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "test/standins/tensorrt/model.h"

namespace standin {

struct ComputeTensor {
  Dims dims = no_dims();
  void* data = nullptr;
};

/// Any thread.
class Compute {
 public:
  virtual ~Compute() = default;
  /// Fills the outputs, whose shapes are known. Throws std::exception.
  virtual void run(std::span<const ComputeTensor> inputs, std::span<const ComputeTensor> outputs) const = 0;
  /// The outputs' shapes for these inputs, whose data is not there. Throws std::exception.
  virtual std::vector<Dims> shapes(std::span<const Dims> inputs) const = 0;
};

/// STANDIN_TENSORRT_COMPUTE=stub: the output's bytes are those of the first input's, row by row, again and again until
/// the row is full, and each open dimension of an output is the input's of the same name. Else ONNX Runtime, whose
/// library is NODE_TENSORRT_ONNXRUNTIME. Throws std::exception.
std::unique_ptr<Compute> make_compute(ModelPtr model);
std::unique_ptr<Compute> make_onnxruntime_compute(ModelPtr model);

}  // namespace standin
