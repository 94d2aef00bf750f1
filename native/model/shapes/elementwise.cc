// Results with an element for each element of the inputs, which may be broadcast.

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "model/onnx_types.h"
#include "model/shapes/rules.h"

namespace ntrt::shapes {
namespace {

/// Sizes are computed from sizes.
void calculate(Node& node) {
  const Dims& a = *node.ints(0);
  const Dims& b = *node.ints(1);
  const size_t count = std::max(a.size(), b.size());
  if (a.empty() || b.empty() || (a.size() != count && a.size() != 1) || (b.size() != count && b.size() != 1)) return;
  const std::string_view op = node.outline.op;
  Dims result;
  for (size_t i = 0; i < count; ++i) {
    const int64_t x = tame(a[a.size() == 1 ? 0 : i]);
    const int64_t y = tame(b[b.size() == 1 ? 0 : i]);
    const bool fits = std::abs(x) < (int64_t{1} << 31) && std::abs(y) < (int64_t{1} << 31);
    if (op == "Add") {
      result.push_back(x + y);
    } else if (op == "Sub") {
      result.push_back(x - y);
    } else if (op == "Mul" && fits) {
      result.push_back(x * y);
    } else if (op == "Div" && y != 0) {
      result.push_back(x / y);
    } else {
      return;
    }
  }
  node.out().ints = std::move(result);
}

}  // namespace

void same_shape(Node& node) {
  if (const Dims* in = node.dims(0)) node.out().dims = *in;
}

void in_place(Node& node) {
  same_shape(node);
  node.result.reuse = Reuse::kIfLast;
}

void broadcast(Node& node) {
  node.result.reuse = Reuse::kIfLast;
  Dims joined;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const Dims* in = node.dims(i);
    if (in == nullptr) return;
    if (!join(joined, *in)) return;
  }
  node.out().dims = std::move(joined);
  if (node.inputs.size() == 2 && node.ints(0) != nullptr && node.ints(1) != nullptr) calculate(node);
}

void compare(Node& node) {
  broadcast(node);
  node.out().data_type = onnx_type::kBool;
  node.result.reuse = Reuse::kNone;
}

void where(Node& node) {
  broadcast(node);
  node.out().data_type = node.type(1);
}

void cast(Node& node) {
  in_place(node);
  node.out().data_type = static_cast<int32_t>(node.outline.int_attribute("to", 0));
  if (const ValueFacts* in = node.input(0)) node.out().ints = in->ints;
}

void identity(Node& node) {
  if (const ValueFacts* in = node.input(0)) node.out() = *in;
  node.result.reuse = Reuse::kAlways;
}

}  // namespace ntrt::shapes
