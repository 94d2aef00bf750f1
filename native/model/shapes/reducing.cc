// Results without some of the axes.

#include <utility>

#include "model/onnx_types.h"
#include "model/shapes/rules.h"

namespace ntrt::shapes {
namespace {

/// Without `axes`, which stand for all if there are none, unless the node says otherwise.
void drop_axes(Node& node, const Dims& axes) {
  const Dims& x = *node.dims(0);
  const bool all = axes.empty() && node.outline.int_attribute("noop_with_empty_axes", 0) == 0;
  const bool keep = node.outline.int_attribute("keepdims", 1) != 0;
  std::vector<bool> gone(x.size(), all);
  for (const int64_t one : axes) {
    const auto axis = axis_of(one, x.size());
    if (!axis) return;
    gone[*axis] = true;
  }
  Dims result;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!gone[i]) result.push_back(x[i]);
    if (gone[i] && keep) result.push_back(1);
  }
  node.out().dims = std::move(result);
}

}  // namespace

void reduce(Node& node) {
  if (node.dims(0) == nullptr) return;
  const auto axes = node.attribute_or_input("axes", 1);
  if (!axes && node.input(1) != nullptr) return;
  drop_axes(node, axes.value_or(Dims{}));
}

void arg_reduce(Node& node) {
  node.out().data_type = onnx_type::kInt64;
  if (node.dims(0) != nullptr) drop_axes(node, {node.outline.int_attribute("axis", 0)});
}

}  // namespace ntrt::shapes
