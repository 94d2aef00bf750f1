#pragma once
// Copies of rows between tensors that need not have the same size.

#include <cstddef>

#include "core/tensor.h"

namespace ntrt {

/// Instead of an axis: the tensor is the same for all rows.
inline constexpr int kNoAxis = -1;

/// Rows of a tensor that has `rows` in all, from `first` on.
struct RowRange {
  size_t rows;
  size_t first;
};

/// Copies `count` rows, which lie along `axis`, from one tensor to another of the same type and rank; strings too.
/// Along other dimensions that differ, it copies as much as both have. With kNoAxis, all of the tensor.
void copy_rows(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
               int axis);

/// Sets `bytes` of memory to repetitions of an element of `size` bytes.
void fill_elements(void* data, size_t bytes, const void* element, size_t size) noexcept;

}  // namespace ntrt
