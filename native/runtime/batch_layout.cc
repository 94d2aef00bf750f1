#include "runtime/batch_layout.h"

#include <algorithm>
#include <cstring>

namespace ntrt {
namespace {

/// Inputs that all rows of a batch share are compared by their contents; larger ones keep a request by itself.
constexpr size_t kMaxSharedBytes = 64;

uint64_t fnv1a(uint64_t hash, uint64_t value) noexcept { return (hash ^ value) * 1099511628211U; }

/// False if the input can only be run as it is.
bool add_to_key(std::vector<int64_t>& key, const TensorView& input, int axis, size_t& rows) {
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
    if (d != at) key.push_back(input.dims[d]);
  }
  return true;
}

}  // namespace

void copy_rows(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
               int axis) {
  // A tensor is `outer` blocks, each of so many rows one behind the other.
  size_t outer = 1;
  size_t row = 1;  // in elements
  for (size_t i = 0; i < to.dims.size(); ++i) {
    if (static_cast<int>(i) < axis) outer *= static_cast<size_t>(to.dims[i]);
    if (static_cast<int>(i) > axis) row *= static_cast<size_t>(to.dims[i]);
  }
  for (size_t block = 0; block < outer; ++block) {
    const size_t to_at = (block * to_range.rows + to_range.first) * row;
    const size_t from_at = (block * from_range.rows + from_range.first) * row;
    if (to.type == DType::kString) {
      const auto& source = *static_cast<const std::vector<std::string>*>(from.data);
      auto& target = *static_cast<std::vector<std::string>*>(to.data);
      std::copy_n(source.begin() + static_cast<ptrdiff_t>(from_at), count * row,
                  target.begin() + static_cast<ptrdiff_t>(to_at));
    } else if (const size_t size = dtype_size(to.type); count * row > 0) {
      std::memcpy(static_cast<std::byte*>(to.data) + to_at * size,
                  static_cast<const std::byte*>(from.data) + from_at * size, count * row * size);
    }
  }
}

void run_alone(Request& request) noexcept {
  request.rows = 1;
  request.solo = true;
}

void set_batch_key(Request& request, const BatchLayout& layout, bool enabled) {
  request.key.clear();
  run_alone(request);
  request.items = 1;
  if (!enabled) return;
  size_t rows = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    if (!add_to_key(request.key, request.inputs[i], layout.input_axes[i], rows)) return;
  }
  if (rows == 0) return;
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
