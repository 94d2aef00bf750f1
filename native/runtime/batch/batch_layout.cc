#include "runtime/batch/batch_layout.h"

#include <algorithm>
#include <cstring>

namespace ntrt {
namespace {

/// Inputs that all rows of a batch share are compared by their contents; larger ones keep a request by itself.
constexpr size_t kMaxSharedBytes = 64;

uint64_t fnv1a(uint64_t hash, uint64_t value) noexcept { return (hash ^ value) * 1099511628211U; }

/// False if the input can only be run as it is. Its dimension `padded_axis` counts as `padded_to` long.
bool add_to_key(std::vector<int64_t>& key, const TensorView& input, int axis, size_t& rows, int padded_axis,
                size_t padded_to) {
  if (axis == kNoAxis) {
    if (input.type == DType::kString || input.bytes > kMaxSharedBytes) return false;
    key.insert(key.end(), input.dims.begin(), input.dims.end());
    for (size_t at = 0; at < input.bytes; at += sizeof(int64_t)) {
      int64_t word = 0;
      std::memcpy(&word, static_cast<const std::byte*>(input.data) + at, std::min(sizeof(word), input.bytes - at));
      key.push_back(word);
    }
    return true;
  }
  const auto at = static_cast<size_t>(axis);
  // Without elements there is nothing to put together, however many rows there are.
  if (at >= input.dims.size() || element_count(input.dims) == 0) return false;
  const auto count = static_cast<size_t>(input.dims[at]);
  if (rows != 0 && rows != count) return false;
  rows = count;
  key.push_back(static_cast<int64_t>(input.dims.size()));
  for (size_t d = 0; d < input.dims.size(); ++d) {
    if (d != at) key.push_back(static_cast<int>(d) == padded_axis ? static_cast<int64_t>(padded_to) : input.dims[d]);
  }
  return true;
}

/// The bucket of a request whose padded inputs have all the same length, or 0.
void choose_bucket(Request& request, const Padding& padding) {
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    if (padding.input_axes[i] == kNoAxis) continue;
    const auto axis = static_cast<size_t>(padding.input_axes[i]);
    const Shape& dims = request.inputs[i].dims;
    const size_t length = axis < dims.size() ? static_cast<size_t>(dims[axis]) : 0;
    if (length == 0 || (request.length != 0 && request.length != length)) return;
    request.length = length;
  }
  request.padded_to = padding.bucket_of(request.length);
}

}  // namespace

bool is_padded(const Request& request, const BatchLayout& layout, size_t input) noexcept {
  return request.is_padded() && layout.padding.input_axes[input] != kNoAxis;
}

size_t row_bytes(const Request& request, const BatchLayout& layout, size_t input) noexcept {
  const size_t bytes = request.inputs[input].bytes / request.rows;
  return is_padded(request, layout, input) ? bytes / request.length * request.padded_to : bytes;
}

void write_rows(const Request& request, const BatchLayout& layout, size_t input, void* to) {
  const TensorView& from = request.inputs[input];
  if (!is_padded(request, layout, input)) {
    std::memcpy(to, from.data, from.bytes);
    return;
  }
  const TensorView target{from.type, padded_dims(layout.padding, input, from.dims, request.padded_to), to,
                          row_bytes(request, layout, input) * request.rows};
  fill_elements(to, target.bytes, layout.padding.values[input].data(), dtype_size(from.type));
  copy_rows(target, {request.rows, 0}, from, {request.rows, 0}, request.rows, 0);
}

void run_alone(Request& request) noexcept {
  request.rows = 1;
  request.padded_to = 0;
  request.solo = true;
}

void set_batch_key(Request& request, const BatchLayout& layout, bool enabled) {
  request.key.clear();
  run_alone(request);
  request.items = 1;
  request.length = 0;
  if (!enabled) return;
  if (layout.padding.enabled) choose_bucket(request, layout.padding);
  size_t rows = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const int padded_axis = request.padded_to > 0 ? layout.padding.input_axes[i] : kNoAxis;
    if (!add_to_key(request.key, request.inputs[i], layout.input_axes[i], rows, padded_axis, request.padded_to)) {
      return run_alone(request);
    }
  }
  if (rows == 0) return run_alone(request);
  for (const OutputRequest& output : request.outputs) request.key.push_back(static_cast<int64_t>(output.index));
  request.rows = rows;
  request.items = rows;
  request.solo = false;
}

uint64_t shape_key(const Request& request) noexcept {
  uint64_t hash = 14695981039346656037U;
  if (!request.solo) {
    for (const int64_t value : request.key) hash = fnv1a(hash, static_cast<uint64_t>(value));
    return hash;
  }
  for (const TensorView& input : request.inputs) {
    hash = fnv1a(hash, input.dims.size());
    for (const int64_t dim : input.dims) hash = fnv1a(hash, static_cast<uint64_t>(dim));
  }
  return hash;
}

}  // namespace ntrt
