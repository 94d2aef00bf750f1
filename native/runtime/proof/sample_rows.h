#pragma once
// Inputs made up for a model, row by row, to try out how it behaves.

#include <list>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "memory/buffer.h"

namespace ntrt {

/// Tensors and what owns their data. Move-only.
struct OwnedTensors {
  OwnedTensors() = default;
  OwnedTensors(OwnedTensors&&) noexcept = default;
  OwnedTensors& operator=(OwnedTensors&&) noexcept = default;
  OwnedTensors(const OwnedTensors&) = delete;
  OwnedTensors& operator=(const OwnedTensors&) = delete;
  ~OwnedTensors() = default;

  std::vector<TensorView> views;
  std::vector<Buffer> buffers;
  std::list<std::vector<std::string>> strings;  ///< a list: it moves without memory, and its elements stay

  TensorView& add(DType type, Shape dims);
};

/// A set of inputs, in any order.
struct Sample {
  std::vector<std::string> names;
  OwnedTensors tensors;
};

/// One row for each input, with `free_size`, or what is usual, for every symbolic dimension that is not the axis of the
/// rows. Those
/// without an axis (kNoAxis) are the same for every seed. Floating-point values lie in [-1, 1), integers are 1 or 2 (0
/// would be divided by), strings are letters. The same `seed` gives the same values.
OwnedTensors generate_row(const Signature& signature, const std::vector<int>& axes, int64_t free_size, uint64_t seed);

/// Rows one behind the other, along the axis of each tensor; of one without, that of the first row.
OwnedTensors stack_rows(const std::vector<const std::vector<TensorView>*>& rows, const std::vector<int>& axes);

/// Whether row `row` of `all` is `alone`, a tensor of one row. Floating-point numbers may differ by atol +
/// rtol·|alone|; not-a-number equals itself.
bool same_row(const TensorView& all, size_t row, const TensorView& alone, double rtol, double atol, int axis = 0);

}  // namespace ntrt
