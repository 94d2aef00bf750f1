// Sizes that are values: tensors of which sizes are computed, and tensors whose size is one.

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/onnx_types.h"
#include "model/shapes/rules.h"

namespace ntrt::shapes {

void constant(Node& node) {
  if (const auto tensor = node.outline.tensor_attribute("value")) {
    node.out() = facts_of(*tensor);
  } else if (const auto list = node.outline.ints_attribute("value_ints")) {
    node.out().data_type = onnx_type::kInt64;
    node.out().dims = Dims{static_cast<int64_t>(list->size())};
    node.out().ints = list;
  }
}

void constant_of_shape(Node& node) {
  const auto value = node.outline.tensor_attribute("value");
  node.out().data_type = value ? value->data_type : onnx_type::kFloat32;
  if (node.ints(0) != nullptr) node.out().dims = *node.ints(0);
}

void shape(Node& node) {
  node.out().data_type = onnx_type::kInt64;
  const Dims* x = node.dims(0);
  if (x == nullptr) return;
  const auto rank = static_cast<int64_t>(x->size());
  const auto bound = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? tame(at) + rank : at, 0, rank); };
  const int64_t start = bound(node.outline.int_attribute("start", 0));
  const int64_t end = std::max(start, bound(node.outline.int_attribute("end", rank)));
  node.out().ints = Dims(x->begin() + start, x->begin() + end);
  node.out().dims = Dims{end - start};
}

void expand(Node& node) {
  if (node.dims(0) == nullptr || node.ints(1) == nullptr) return;
  Dims joined = *node.dims(0);
  if (join(joined, *node.ints(1))) node.out().dims = std::move(joined);
}

void resize(Node& node) {
  const Dims* x = node.dims(0);
  if (x == nullptr || node.outline.ints_attribute("axes")) return;
  if (const Dims* sizes = node.ints(3); sizes != nullptr && sizes->size() == x->size()) {
    node.out().dims = *sizes;
    return;
  }
  const ValueFacts* scales = node.inputs.size() == 2 ? node.input(1) : node.input(2);
  if (scales == nullptr || scales->floats.size() != x->size()) return;
  Dims result;
  for (size_t i = 0; i < x->size(); ++i) {
    const double size = std::floor(static_cast<double>((*x)[i]) * static_cast<double>(scales->floats[i]));
    if (!(size >= 0 && size <= static_cast<double>(kMaxDim))) return;
    result.push_back(static_cast<int64_t>(size));
  }
  node.out().dims = std::move(result);
}

}  // namespace ntrt::shapes
