#include "runtime/proof/pad_rows.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace ntrt {
namespace {

bool is_floating(DType type) noexcept {
  return type == DType::kFloat32 || type == DType::kFloat64 || type == DType::kFloat16 || type == DType::kBFloat16;
}

}  // namespace

OwnedTensors first_row(const Sample& sample, const Signature& signature, const BatchLayout& layout) {
  OwnedTensors row;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const auto found = std::find(sample.names.begin(), sample.names.end(), signature.inputs[i].name);
    const TensorView& from = sample.tensors.views[static_cast<size_t>(found - sample.names.begin())];
    if (element_count(from.dims) == 0) return {};
    const int axis = layout.input_axes[i];
    Shape dims = from.dims;
    size_t rows = 1;
    if (axis != kNoAxis) rows = static_cast<size_t>(std::exchange(dims[static_cast<size_t>(axis)], 1));
    copy_rows(row.add(from.type, std::move(dims)), {1, 0}, from, {rows, 0}, 1, axis);
  }
  return row;
}

size_t length_of(const OwnedTensors& row, const Padding& padding) {
  std::optional<int64_t> length;
  for (size_t i = 0; i < row.views.size(); ++i) {
    const int axis = padding.input_axes[i];
    if (axis == kNoAxis) continue;
    const int64_t size = row.views[i].dims[static_cast<size_t>(axis)];
    if (length.value_or(size) != size) return 0;
    length = size;
  }
  return static_cast<size_t>(length.value_or(0));
}

OwnedTensors part_of(const OwnedTensors& row, size_t has, size_t length, size_t padded_to, const Padding& padding) {
  OwnedTensors result;
  for (size_t i = 0; i < row.views.size(); ++i) {
    const TensorView& from = row.views[i];
    const TensorView& to = result.add(from.type, padded_dims(padding, i, from.dims, padded_to));
    const int axis = padding.input_axes[i];
    if (axis == kNoAxis) {
      copy_rows(to, {1, 0}, from, {1, 0}, 1, kNoAxis);
      continue;
    }
    fill_elements(to.data, to.bytes, padding.values[i].data(), dtype_size(to.type));
    for (size_t at = 0; at < length; at += has) {
      copy_rows(to, {padded_to, at}, from, {has, 0}, std::min(has, length - at), axis);
    }
  }
  return result;
}

bool set_signs(OwnedTensors& row, const Padding& padding, bool negative) {
  bool any = false;
  for (size_t i = 0; i < row.views.size(); ++i) {
    const TensorView& view = row.views[i];
    if (padding.input_axes[i] == kNoAxis || !is_floating(view.type)) continue;
    any = true;
    const size_t size = dtype_size(view.type);
    auto* const bytes = static_cast<std::byte*>(view.data);
    for (size_t at = size - 1; at < view.bytes; at += size) {  // the sign is the first bit of the last byte
      bytes[at] = negative ? bytes[at] | std::byte{0x80} : bytes[at] & std::byte{0x7F};
    }
  }
  return any;
}

}  // namespace ntrt
