// The same elements in another shape.

#include <utility>

#include "core/shape.h"
#include "model/shapes/rules.h"

namespace ntrt::shapes {
namespace {

/// The result is the input itself, seen with another shape.
void keep_contents(Node& node) {
  node.result.reuse = Reuse::kAlways;
  if (const ValueFacts* in = node.input(0)) node.out().ints = in->ints;
}

}  // namespace

void reshape(Node& node) {
  keep_contents(node);
  const Dims* x = node.dims(0);
  const auto wanted = node.attribute_or_input("shape", 1);
  if (x == nullptr || !wanted) return;
  Dims result;
  const DimProduct all = product_of(*x);
  DimProduct known;
  std::optional<size_t> open;
  for (size_t i = 0; i < wanted->size(); ++i) {
    int64_t dim = (*wanted)[i];
    if (dim == 0 && node.outline.int_attribute("allowzero", 0) == 0) {
      if (i >= x->size()) return;
      dim = (*x)[i];
    }
    if (dim == -1) {
      if (open) return;
      open = i;
    } else {
      known.multiply(dim);
    }
    result.push_back(dim);
  }
  if (open) {
    if (known.elements() == 0 || all.elements() > static_cast<uint64_t>(kMaxDim)) return;
    if (all.elements() % known.elements() != 0) return;
    result[*open] = static_cast<int64_t>(all.elements() / known.elements());
  } else if (known.elements() != all.elements()) {
    return;
  }
  node.out().dims = std::move(result);
}

void flatten(Node& node) {
  keep_contents(node);
  const Dims* x = node.dims(0);
  if (x == nullptr) return;
  int64_t axis = node.outline.int_attribute("axis", 1);
  if (axis < 0) axis = tame(axis) + static_cast<int64_t>(x->size());
  if (axis < 0 || axis > static_cast<int64_t>(x->size())) return;
  DimProduct front;
  DimProduct back;
  for (size_t i = 0; i < x->size(); ++i) (static_cast<int64_t>(i) < axis ? front : back).multiply((*x)[i]);
  if (front.elements() > static_cast<uint64_t>(kMaxDim) || back.elements() > static_cast<uint64_t>(kMaxDim)) return;
  node.out().dims = Dims{static_cast<int64_t>(front.elements()), static_cast<int64_t>(back.elements())};
}

void squeeze(Node& node) {
  keep_contents(node);
  const Dims* x = node.dims(0);
  if (x == nullptr) return;
  const auto axes = node.attribute_or_input("axes", 1);
  if (!axes && node.input(1) != nullptr) return;
  std::vector<bool> gone(x->size(), false);
  for (const int64_t one : axes.value_or(Dims{})) {
    const auto axis = axis_of(one, x->size());
    if (!axis || (*x)[*axis] != 1) return;
    gone[*axis] = true;
  }
  Dims result;
  for (size_t i = 0; i < x->size(); ++i) {
    if (axes ? !gone[i] : (*x)[i] != 1) result.push_back((*x)[i]);
  }
  node.out().dims = std::move(result);
}

void unsqueeze(Node& node) {
  keep_contents(node);
  const Dims* x = node.dims(0);
  const auto axes = node.attribute_or_input("axes", 1);
  if (x == nullptr || !axes || x->size() + axes->size() > kMaxRank) return;
  std::vector<bool> added(x->size() + axes->size(), false);
  for (const int64_t one : *axes) {
    const auto axis = axis_of(one, added.size());
    if (!axis || added[*axis]) return;
    added[*axis] = true;
  }
  Dims result;
  auto next = x->begin();
  for (const bool one : added) result.push_back(one ? 1 : *next++);
  node.out().dims = std::move(result);
}

void transpose(Node& node) {
  const Dims* x = node.dims(0);
  if (x == nullptr) return;
  const auto order = node.outline.ints_attribute("perm");
  Dims result(x->rbegin(), x->rend());
  if (order) {
    if (order->size() != x->size()) return;
    for (size_t i = 0; i < result.size(); ++i) {
      const auto axis = axis_of((*order)[i], x->size());
      if (!axis) return;
      result[i] = (*x)[*axis];
    }
  }
  node.out().dims = std::move(result);
}

}  // namespace ntrt::shapes
