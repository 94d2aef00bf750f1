#include "runtime/batch_layout.h"

#include <algorithm>
#include <cstring>

namespace ntrt {
namespace {

/// Inputs that all rows of a batch share are compared by their contents; larger ones keep a request by itself.
constexpr size_t kMaxSharedBytes = 64;

uint64_t fnv1a(uint64_t hash, uint64_t value) noexcept { return (hash ^ value) * 1099511628211U; }

/// False if the input can only be run as it is.
bool add_to_key(std::vector<int64_t>& key, const TensorView& input, const Shape& dims, int axis, size_t& rows) {
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
  key.push_back(static_cast<int64_t>(dims.size()));
  for (size_t d = 0; d < dims.size(); ++d) {
    if (d != at) key.push_back(dims[d]);
  }
  return true;
}

/// The bucket of a request whose padded inputs have all the same length, or 0.
void choose_bucket(Request& request, const Padding& padding) {
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    if (padding.input_axes[i] == kNoAxis) continue;
    const auto length = static_cast<size_t>(request.inputs[i].dims[static_cast<size_t>(padding.input_axes[i])]);
    if (length == 0 || (request.length != 0 && request.length != length)) return;
    request.length = length;
  }
  request.padded_to = padding.bucket_of(request.length);
}

}  // namespace

Shape dims_in_batch(const Request& request, const BatchLayout& layout, size_t input) {
  const Shape& dims = request.inputs[input].dims;
  return request.padded_to == 0 ? dims : padded_dims(layout.padding, input, dims, request.padded_to);
}

TensorView own_rows(const Request& request, const BatchLayout& layout, size_t input) {
  TensorView view = request.inputs[input];
  if (request.slot.buffer) view.dims = dims_in_batch(request, layout, input);
  return view;
}

void write_rows(const Request& request, const BatchLayout& layout, size_t input, void* to) {
  const TensorView& from = request.inputs[input];
  if (request.length == request.padded_to || layout.padding.input_axes[input] == kNoAxis) {
    std::memcpy(to, from.data, from.bytes);
    return;
  }
  TensorView target{from.type, dims_in_batch(request, layout, input), to, 0};
  target.bytes = element_count(target.dims) * dtype_size(from.type);
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
  bool can_meet = true;
  for (size_t i = 0; can_meet && i < request.inputs.size(); ++i) {
    const Shape dims = request.padded_to == 0 ? Shape() : dims_in_batch(request, layout, i);
    const TensorView& input = request.inputs[i];
    can_meet = add_to_key(request.key, input, dims.empty() ? input.dims : dims, layout.input_axes[i], rows);
  }
  if (!can_meet || rows == 0) return run_alone(request);
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
