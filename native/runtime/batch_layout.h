#pragma once
// How a model's tensors are cut into rows, the parts that requests bring into a batch and take out of it.

#include <cstddef>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "runtime/request.h"

namespace ntrt {

/// Instead of an axis: the tensor is the same for all rows.
inline constexpr int kNoAxis = -1;

struct BatchLayout {
  bool enabled = false;
  std::string reason;            ///< why it is enabled, or why not
  std::vector<int> input_axes;   ///< per input, the axis along which rows lie, or kNoAxis
  std::vector<int> output_axes;  ///< per output likewise
};

/// Rows of a tensor that has `rows` in all, from `first` on.
struct RowRange {
  size_t rows;
  size_t first;
};

/// Copies `count` rows from one tensor to another, of any type; strings too.
void copy_rows(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
               int axis);

/// Sets what decides whom the request can meet: `rows`, `key`, `solo`. The data of its inputs is there. Requests meet
/// nobody unless `enabled`.
void set_batch_key(Request& request, const BatchLayout& layout, bool enabled);

/// It meets nobody, and is not split.
void run_alone(Request& request) noexcept;

/// A number for a shape, to remember run times by: of the key for requests that meet others, else of all dimensions.
uint64_t shape_key(const Request& request) noexcept;

}  // namespace ntrt
