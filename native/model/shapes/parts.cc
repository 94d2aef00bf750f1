// Parts of tensors, put together or taken out.

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "model/shapes/rules.h"

namespace ntrt::shapes {

void concat(Node& node) {
  if (node.inputs.empty() || node.dims(0) == nullptr) return;
  Dims result = *node.dims(0);
  const auto axis = axis_of(node.outline.int_attribute("axis", 0), result.size());
  if (!axis) return;
  Dims joined;
  bool known = result.size() == 1;
  result[*axis] = 0;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Dims* in = node.dims(i);
    if (in == nullptr || in->size() != result.size()) return;
    result[*axis] = tame(result[*axis] + (*in)[*axis]);
    known = known && node.ints(i) != nullptr && joined.size() + node.ints(i)->size() <= kMaxTrackedInts;
    if (known) joined.insert(joined.end(), node.ints(i)->begin(), node.ints(i)->end());
  }
  node.out().dims = std::move(result);
  if (known) node.out().ints = std::move(joined);
}

void gather(Node& node) {
  const Dims* x = node.dims(0);
  const Dims* index = node.dims(1);
  if (x == nullptr || index == nullptr) return;
  const auto axis = axis_of(node.outline.int_attribute("axis", 0), x->size());
  if (!axis) return;
  const auto at = static_cast<ptrdiff_t>(*axis);
  Dims result(x->begin(), x->begin() + at);
  result.insert(result.end(), index->begin(), index->end());
  result.insert(result.end(), x->begin() + at + 1, x->end());
  node.out().dims = std::move(result);
  if (node.ints(0) == nullptr || node.ints(1) == nullptr || x->size() != 1) return;
  Dims chosen;
  for (const int64_t i : *node.ints(1)) {
    const auto place = axis_of(i, node.ints(0)->size());
    if (!place) return;
    chosen.push_back((*node.ints(0))[*place]);
  }
  node.out().ints = std::move(chosen);
}

void slice(Node& node) {
  const Dims* x = node.dims(0);
  const auto starts = node.attribute_or_input("starts", 1);
  const auto ends = node.attribute_or_input("ends", 2);
  if (x == nullptr || !starts || !ends || starts->size() != ends->size()) return;
  Dims all(starts->size());
  std::iota(all.begin(), all.end(), 0);
  const Dims axes = node.attribute_or_input("axes", 3).value_or(node.input(3) == nullptr ? all : Dims{});
  const Dims steps = node.input(4) == nullptr  ? Dims(starts->size(), 1)
                     : node.ints(4) != nullptr ? *node.ints(4)
                                               : Dims{};
  if (axes.size() != starts->size() || steps.size() != starts->size()) return;
  Dims result = *x;
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = axis_of(axes[i], x->size());
    const int64_t step = tame(steps[i]);
    if (!axis || step == 0) return;
    const int64_t size = (*x)[*axis];
    const auto bound = [&](int64_t at) {
      at = tame(at);
      if (at < 0) at += size;
      return step > 0 ? std::clamp<int64_t>(at, 0, size) : std::clamp<int64_t>(at, -1, std::max<int64_t>(size - 1, 0));
    };
    const int64_t span = step > 0 ? bound((*ends)[i]) - bound((*starts)[i]) : bound((*starts)[i]) - bound((*ends)[i]);
    const int64_t stride = std::abs(step);
    result[*axis] = span <= 0 ? 0 : (span + stride - 1) / stride;
    if (x->size() == 1 && axes.size() == 1 && node.ints(0) != nullptr && step == 1 && span >= 0) {
      const auto from = node.ints(0)->begin() + bound((*starts)[i]);
      node.out().ints = Dims(from, from + std::min<int64_t>(span, node.ints(0)->end() - from));
    }
  }
  node.out().dims = std::move(result);
}

void split(Node& node) {
  const Dims* x = node.dims(0);
  for (ValueFacts& out : node.result.outputs) out.data_type = node.type(0);
  if (x == nullptr) return;
  const auto axis = axis_of(node.outline.int_attribute("axis", 0), x->size());
  if (!axis) return;
  const auto count = static_cast<int64_t>(node.result.outputs.size());
  const int64_t each = ((*x)[*axis] + count - 1) / count;
  auto sizes = node.attribute_or_input("split", 1);
  if (!sizes && node.input(1) != nullptr) return;
  for (size_t i = 0; i < node.result.outputs.size(); ++i) {
    if (sizes && i >= sizes->size()) return;
    Dims part = *x;
    part[*axis] = sizes ? (*sizes)[i] : std::clamp<int64_t>((*x)[*axis] - static_cast<int64_t>(i) * each, 0, each);
    node.result.outputs[i].dims = std::move(part);
  }
}

}  // namespace ntrt::shapes
