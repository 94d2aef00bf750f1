// Convolutions and pools: windows that slide over the spatial axes.

#include <algorithm>
#include <utility>

#include "model/onnx_types.h"
#include "model/shapes/rules.h"

namespace ntrt::shapes {
namespace {

struct Window {
  Dims kernel, strides, dilations, pads;
  std::string_view auto_pad;
};

/// nullopt if what the attributes say does not fit `axes` spatial axes.
std::optional<Window> window_of(const Node& node, size_t axes, Dims kernel) {
  Window read{node.outline.ints_attribute("kernel_shape").value_or(std::move(kernel)),
              node.outline.ints_attribute("strides").value_or(Dims(axes, 1)),
              node.outline.ints_attribute("dilations").value_or(Dims(axes, 1)),
              node.outline.ints_attribute("pads").value_or(Dims(2 * axes, 0)), node.outline.text_attribute("auto_pad")};
  if (read.kernel.size() != axes || read.strides.size() != axes || read.dilations.size() != axes ||
      read.pads.size() != 2 * axes) {
    return std::nullopt;
  }
  for (Dims* list : {&read.kernel, &read.strides, &read.dilations, &read.pads}) {
    for (int64_t& number : *list) {
      if (number < 0 || number > (int64_t{1} << 20)) return std::nullopt;
    }
  }
  if (std::ranges::find(read.strides, 0) != read.strides.end()) return std::nullopt;
  return read;
}

/// That of a convolution, whose filter has the size of the kernel; nullopt if that does not fit.
std::optional<Window> filter_window(const Node& node) {
  const Dims* x = node.dims(0);
  const Dims* w = node.dims(1);
  if (x == nullptr || w == nullptr || x->size() < 3 || w->size() != x->size()) return std::nullopt;
  return window_of(node, x->size() - 2, Dims(w->begin() + 2, w->end()));
}

int64_t slide(const Window& w, size_t i, int64_t size, bool round_up) {
  if (w.auto_pad.starts_with("SAME")) return (size + w.strides[i] - 1) / w.strides[i];
  const bool padded = w.auto_pad != "VALID";
  const int64_t pads = padded ? w.pads[i] + w.pads[i + w.strides.size()] : 0;
  const int64_t room = size + pads - ((w.kernel[i] - 1) * w.dilations[i] + 1);
  if (room < 0) return -1;  // no such run
  return (room + (round_up ? w.strides[i] - 1 : 0)) / w.strides[i] + 1;
}

}  // namespace

void conv(Node& node) {
  const auto read = filter_window(node);
  if (!read) return;
  const Dims& x = *node.dims(0);
  Dims result{x[0], (*node.dims(1))[0]};
  for (size_t i = 0; i < read->strides.size(); ++i) result.push_back(slide(*read, i, x[2 + i], false));
  node.out().dims = std::move(result);
}

void conv_transpose(Node& node) {
  const auto read = filter_window(node);
  if (!read) return;
  const Dims& x = *node.dims(0);
  const Dims& w = *node.dims(1);
  const size_t axes = read->strides.size();
  const int64_t group = node.outline.int_attribute("group", 1);
  if (group < 1 || group > kMaxDim / std::max<int64_t>(w[1], 1)) return;
  const Dims extra = node.outline.ints_attribute("output_padding").value_or(Dims(axes, 0));
  if (extra.size() != axes || node.outline.ints_attribute("output_shape") || read->auto_pad.starts_with("SAME")) return;
  Dims result{x[0], w[1] * group};
  for (size_t i = 0; i < axes; ++i) {
    if (x[2 + i] > (int64_t{1} << 31)) return;
    result.push_back((x[2 + i] - 1) * read->strides[i] + tame(extra[i]) + (read->kernel[i] - 1) * read->dilations[i] +
                     1 - read->pads[i] - read->pads[i + axes]);
  }
  node.out().dims = std::move(result);
}

void pool(Node& node) {
  const Dims* x = node.dims(0);
  if (x == nullptr || x->size() < 3) return;
  const size_t axes = x->size() - 2;
  const auto read = window_of(node, axes, {});
  if (!read) return;
  Dims result{(*x)[0], (*x)[1]};
  const bool round_up = node.outline.int_attribute("ceil_mode", 0) != 0;
  for (size_t i = 0; i < axes; ++i) result.push_back(slide(*read, i, (*x)[2 + i], round_up));
  node.out().dims = result;
  for (size_t i = 1; i < node.result.outputs.size(); ++i) {
    node.result.outputs[i] = {onnx_type::kInt64, result, {}, {}, false};
  }
}

void global_pool(Node& node) {
  const Dims* x = node.dims(0);
  if (x == nullptr || x->size() < 2) return;
  Dims result(x->size(), 1);
  std::copy_n(x->begin(), 2, result.begin());
  node.out().dims = std::move(result);
}

}  // namespace ntrt::shapes
