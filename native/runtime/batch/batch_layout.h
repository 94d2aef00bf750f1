#pragma once
// How a model's tensors are cut into rows, the parts that requests bring into a batch and take out of it.

#include <cstddef>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "runtime/batch/padding.h"
#include "runtime/batch/row_copy.h"
#include "runtime/request.h"

namespace ntrt {

struct BatchLayout {
  bool enabled = false;
  std::string reason;            ///< why it is enabled, or why not
  std::vector<int> input_axes;   ///< per input, the axis along which rows lie, or kNoAxis
  std::vector<int> output_axes;  ///< per output likewise
  Padding padding;
};

/// Sets what decides whom the request can meet: `rows`, `key`, `solo`, `length`, `padded_to`. The data of its inputs is
/// there. Requests meet nobody unless `enabled`.
void set_batch_key(Request& request, const BatchLayout& layout, bool enabled);

/// Whether that input is longer in the request's batch than it was given.
bool is_padded(const Request& request, const BatchLayout& layout, size_t input) noexcept;

/// What a row of the input takes in the request's batch. Rows lie along the first axis.
size_t row_bytes(const Request& request, const BatchLayout& layout, size_t input) noexcept;

/// Writes the rows of an input, padded, to memory for as many of row_bytes().
void write_rows(const Request& request, const BatchLayout& layout, size_t input, void* to);

/// It meets nobody, and is neither split nor padded.
void run_alone(Request& request) noexcept;

/// A number for a shape, to remember run times by: of the key for requests that meet others, else of all dimensions.
uint64_t shape_key(const Request& request) noexcept;

}  // namespace ntrt
