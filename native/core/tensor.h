#pragma once
// A view of tensor data and the description of a model's input or output.

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace ntrt {

/// Borrowed, contiguous, row-major data. For kString `data` points at a `std::vector<std::string>`.
struct TensorView {
  DType type = DType::kFloat32;
  Shape dims;
  void* data = nullptr;
  size_t bytes = 0;
};

/// A dimension of a model's signature: its size, or the name of a symbolic dimension ("" where the model
/// leaves it without a name).
using Dim = std::variant<int64_t, std::string>;

struct TensorSpec {
  std::string name;
  DType type = DType::kFloat32;
  std::vector<Dim> dims;
  bool any_rank = false;  ///< the model says nothing about the shape; `dims` is empty then
  Shape usual = {};       ///< a shape that it takes, where the model says one; else empty
};

struct Signature {
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
};

}  // namespace ntrt
