#include "model/shape_rules.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/shape.h"
#include "model/dim_product.h"
#include "model/onnx_types.h"

namespace ntrt {
namespace {

using Dims = std::vector<int64_t>;

constexpr auto kUnary = std::to_array<std::string_view>(
    {"Abs", "Ceil",     "Celu",       "Clip",        "Cos",       "Dropout",        "Elu",     "Erf",
     "Exp", "Floor",    "Gelu",       "HardSigmoid", "HardSwish", "LeakyRelu",      "Log",     "Mish",
     "Neg", "PRelu",    "Reciprocal", "Relu",        "Round",     "Selu",           "Sigmoid", "Sign",
     "Sin", "Softplus", "Softsign",   "Sqrt",        "Tanh",      "ThresholdedRelu"});
/// The shape of the first input, in memory of its own.
constexpr auto kSameShape =
    std::to_array<std::string_view>({"BatchNormalization", "CumSum", "GroupNormalization", "InstanceNormalization",
                                     "LayerNormalization", "LogSoftmax", "LRN", "Softmax"});
constexpr auto kBroadcast = std::to_array<std::string_view>(
    {"Add", "And", "Div", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow", "Sub", "Sum", "Xor"});
constexpr auto kCompare =
    std::to_array<std::string_view>({"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"});

template <size_t kSize>
bool is_one_of(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

uint64_t elements(const Dims& dims) {
  DimProduct product;
  for (const int64_t dim : dims) product.multiply(dim);
  return product.elements();
}

/// A number of a file, near enough to zero to calculate with.
int64_t tame(int64_t number) { return std::clamp(number, -kMaxDim, kMaxDim); }

class Rule {
 public:
  Rule(const OutlineNode& node, std::span<const ValueFacts* const> inputs) : node_(node), inputs_(inputs) {
    result_.outputs.resize(node.outputs.size());
  }

  NodeFacts run() {
    if (result_.outputs.empty()) return std::move(result_);
    ValueFacts& out = result_.outputs[0];
    if (node_.domain.empty() || node_.domain == "ai.onnx") {
      if (!inputs_.empty() && inputs_[0] != nullptr) out.data_type = inputs_[0]->data_type;
      apply(out);
    }
    const bool constant = std::ranges::all_of(inputs_, [](const auto* in) { return in == nullptr || in->constant; }) &&
                          !node_.op.starts_with("Random") && (node_.op == "Constant" || !inputs_.empty());
    for (ValueFacts& one : result_.outputs) {
      one.constant = constant;
      if (one.dims && (one.dims->size() > kMaxRank ||
                       std::ranges::any_of(*one.dims, [](int64_t dim) { return dim < 0 || dim > kMaxDim; }))) {
        one.dims.reset();
      }
      // What is kept of the contents is all of them: rules read them by position.
      if (one.ints && (!one.dims || one.ints->size() > kMaxTrackedInts || one.ints->size() != elements(*one.dims))) {
        one.ints.reset();
      }
    }
    return std::move(result_);
  }

 private:
  void apply(ValueFacts& out) {
    const std::string_view op = node_.op;
    if (is_one_of(kUnary, op)) return same_shape(out, Reuse::kIfLast);
    if (is_one_of(kSameShape, op)) return same_shape(out, Reuse::kNone);
    if (is_one_of(kBroadcast, op)) return broadcast(out);
    if (is_one_of(kCompare, op) || op == "Not" || op == "IsNaN" || op == "IsInf") {
      broadcast(out);
      out.data_type = onnx_type::kBool;
      result_.reuse = Reuse::kNone;
      return;
    }
    if (op == "Where") {
      broadcast(out);
      out.data_type = type(1);
      return;
    }
    if (op == "Constant") return constant(out);
    if (op == "Identity") {
      if (const ValueFacts* in = input(0)) out = *in;
      result_.reuse = Reuse::kAlways;
      return;
    }
    if (op == "Cast") {
      same_shape(out, Reuse::kIfLast);
      out.data_type = static_cast<int32_t>(node_.int_attribute("to", 0));
      if (const ValueFacts* in = input(0)) out.ints = in->ints;
      return;
    }
    if (op == "Conv" || op == "ConvTranspose") return convolve(out, op == "ConvTranspose");
    if (op == "MaxPool" || op == "AveragePool" || op == "LpPool") return pool(out);
    if (op == "GlobalAveragePool" || op == "GlobalMaxPool" || op == "GlobalLpPool") return pool_all(out);
    if (op == "MatMul") return multiply(out);
    if (op == "Gemm") return gemm(out);
    if (op == "Concat") return concat(out);
    if (op == "Transpose") return transpose(out);
    if (op == "Shape") return shape(out);
    if (op == "Gather") return gather(out);
    if (op == "Slice") return slice(out);
    if (op == "Split") return split();
    if (op == "Resize" || op == "Upsample") return resize(out);
    if (op == "Expand") return expand(out);
    if (op == "ConstantOfShape") return constant_of_shape(out);
    if (op.starts_with("Reduce") || op == "ArgMax" || op == "ArgMin") return reduce(out);
    if (op == "Reshape" || op == "Flatten" || op == "Squeeze" || op == "Unsqueeze") {
      result_.reuse = Reuse::kAlways;
      if (const ValueFacts* in = input(0)) out.ints = in->ints;
      if (op == "Reshape") return reshape(out);
      if (op == "Flatten") return flatten(out);
      return op == "Squeeze" ? squeeze(out) : unsqueeze(out);
    }
  }

  const ValueFacts* input(size_t i) const { return i < inputs_.size() ? inputs_[i] : nullptr; }
  const Dims* dims(size_t i) const {
    const ValueFacts* in = input(i);
    return in != nullptr && in->dims ? &*in->dims : nullptr;
  }
  const Dims* ints(size_t i) const {
    const ValueFacts* in = input(i);
    return in != nullptr && in->ints ? &*in->ints : nullptr;
  }
  int32_t type(size_t i) const { return input(i) != nullptr ? input(i)->data_type : 0; }

  /// The integers of an attribute, or, in newer operator sets, of an input.
  std::optional<Dims> attribute_or_input(std::string_view name, size_t i) const {
    if (auto given = node_.ints_attribute(name)) return given;
    if (const Dims* given = ints(i)) return *given;
    return std::nullopt;
  }

  /// An axis counted from the front; nullopt if there is none.
  static std::optional<size_t> axis_of(int64_t axis, size_t rank) {
    const auto size = static_cast<int64_t>(rank);
    if (axis < 0) axis = tame(axis) + size;
    return axis >= 0 && axis < size ? std::optional<size_t>(static_cast<size_t>(axis)) : std::nullopt;
  }

  void same_shape(ValueFacts& out, Reuse reuse) {
    if (const Dims* in = dims(0)) out.dims = *in;
    result_.reuse = reuse;
  }

  void broadcast(ValueFacts& out) {
    result_.reuse = Reuse::kIfLast;
    Dims joined;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const Dims* in = dims(i);
      if (in == nullptr) return;
      if (!join(joined, *in)) return;
    }
    out.dims = std::move(joined);
    if (inputs_.size() == 2 && ints(0) != nullptr && ints(1) != nullptr) calculate(out);
  }

  static bool join(Dims& joined, const Dims& with) {
    if (with.size() > joined.size()) joined.insert(joined.begin(), with.size() - joined.size(), 1);
    const size_t offset = joined.size() - with.size();
    for (size_t i = 0; i < with.size(); ++i) {
      int64_t& dim = joined[offset + i];
      if (dim == 1) {
        dim = with[i];
      } else if (with[i] != 1 && with[i] != dim) {
        return false;
      }
    }
    return true;
  }

  /// Sizes are computed from sizes.
  void calculate(ValueFacts& out) {
    const Dims& a = *ints(0);
    const Dims& b = *ints(1);
    const size_t count = std::max(a.size(), b.size());
    if (a.empty() || b.empty() || (a.size() != count && a.size() != 1) || (b.size() != count && b.size() != 1)) return;
    Dims result;
    for (size_t i = 0; i < count; ++i) {
      const int64_t x = tame(a[a.size() == 1 ? 0 : i]);
      const int64_t y = tame(b[b.size() == 1 ? 0 : i]);
      const bool fits = std::abs(x) < (int64_t{1} << 31) && std::abs(y) < (int64_t{1} << 31);
      if (node_.op == "Add") {
        result.push_back(x + y);
      } else if (node_.op == "Sub") {
        result.push_back(x - y);
      } else if (node_.op == "Mul" && fits) {
        result.push_back(x * y);
      } else if (node_.op == "Div" && y != 0) {
        result.push_back(x / y);
      } else {
        return;
      }
    }
    out.ints = std::move(result);
  }

  void constant(ValueFacts& out) {
    if (const auto tensor = node_.tensor_attribute("value")) {
      out = facts_of(*tensor);
    } else if (const auto list = node_.ints_attribute("value_ints")) {
      out.data_type = onnx_type::kInt64;
      out.dims = Dims{static_cast<int64_t>(list->size())};
      out.ints = list;
    }
  }

  struct Window {
    Dims kernel, strides, dilations, pads;
    std::string_view auto_pad;
  };

  /// nullopt if what the attributes say does not fit `axes` spatial axes.
  std::optional<Window> window(size_t axes, Dims kernel) const {
    Window read{node_.ints_attribute("kernel_shape").value_or(std::move(kernel)),
                node_.ints_attribute("strides").value_or(Dims(axes, 1)),
                node_.ints_attribute("dilations").value_or(Dims(axes, 1)),
                node_.ints_attribute("pads").value_or(Dims(2 * axes, 0)), node_.text_attribute("auto_pad")};
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

  static int64_t slide(const Window& w, size_t i, int64_t size, bool round_up) {
    if (w.auto_pad.starts_with("SAME")) return (size + w.strides[i] - 1) / w.strides[i];
    const bool padded = w.auto_pad != "VALID";
    const int64_t pads = padded ? w.pads[i] + w.pads[i + w.strides.size()] : 0;
    const int64_t room = size + pads - ((w.kernel[i] - 1) * w.dilations[i] + 1);
    if (room < 0) return -1;  // no such run
    return (room + (round_up ? w.strides[i] - 1 : 0)) / w.strides[i] + 1;
  }

  void convolve(ValueFacts& out, bool transposed) {
    const Dims* x = dims(0);
    const Dims* w = dims(1);
    if (x == nullptr || w == nullptr || x->size() < 3 || w->size() != x->size()) return;
    const size_t axes = x->size() - 2;
    const auto read = window(axes, Dims(w->begin() + 2, w->end()));
    if (!read) return;
    Dims result{(*x)[0], (*w)[0]};
    if (transposed) {
      const int64_t group = node_.int_attribute("group", 1);
      if (group < 1 || group > kMaxDim / std::max<int64_t>((*w)[1], 1)) return;
      result[1] = (*w)[1] * group;
      const Dims extra = node_.ints_attribute("output_padding").value_or(Dims(axes, 0));
      if (extra.size() != axes || node_.ints_attribute("output_shape") || read->auto_pad.starts_with("SAME")) return;
      for (size_t i = 0; i < axes; ++i) {
        if ((*x)[2 + i] > (int64_t{1} << 31)) return;
        result.push_back(((*x)[2 + i] - 1) * read->strides[i] + tame(extra[i]) +
                         (read->kernel[i] - 1) * read->dilations[i] + 1 - read->pads[i] - read->pads[i + axes]);
      }
    } else {
      for (size_t i = 0; i < axes; ++i) result.push_back(slide(*read, i, (*x)[2 + i], false));
    }
    out.dims = std::move(result);
  }

  void pool(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr || x->size() < 3) return;
    const size_t axes = x->size() - 2;
    const auto read = window(axes, {});
    if (!read) return;
    Dims result{(*x)[0], (*x)[1]};
    const bool round_up = node_.int_attribute("ceil_mode", 0) != 0;
    for (size_t i = 0; i < axes; ++i) result.push_back(slide(*read, i, (*x)[2 + i], round_up));
    out.dims = result;
    for (size_t i = 1; i < result_.outputs.size(); ++i) result_.outputs[i] = {onnx_type::kInt64, result, {}, {}, false};
  }

  void pool_all(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr || x->size() < 2) return;
    out.dims = Dims(x->size(), 1);
    std::copy_n(x->begin(), 2, out.dims->begin());
  }

  void multiply(ValueFacts& out) {
    if (dims(0) == nullptr || dims(1) == nullptr) return;
    Dims a = *dims(0);
    Dims b = *dims(1);
    if (a.empty() || b.empty()) return;
    const bool row = a.size() == 1;
    const bool column = b.size() == 1;
    if (row) a.insert(a.begin(), 1);
    if (column) b.push_back(1);
    const int64_t m = a[a.size() - 2];
    const int64_t n = b.back();
    if (a.back() != b[b.size() - 2]) return;
    Dims result(a.begin(), a.end() - 2);
    if (!join(result, Dims(b.begin(), b.end() - 2))) return;
    if (!row) result.push_back(m);
    if (!column) result.push_back(n);
    out.dims = std::move(result);
  }

  void gemm(ValueFacts& out) {
    const Dims* a = dims(0);
    const Dims* b = dims(1);
    if (a == nullptr || b == nullptr || a->size() != 2 || b->size() != 2) return;
    const bool a_turned = node_.int_attribute("transA", 0) != 0;
    const bool b_turned = node_.int_attribute("transB", 0) != 0;
    out.dims = Dims{(*a)[a_turned ? 1 : 0], (*b)[b_turned ? 0 : 1]};
  }

  void concat(ValueFacts& out) {
    if (inputs_.empty() || dims(0) == nullptr) return;
    Dims result = *dims(0);
    const auto axis = axis_of(node_.int_attribute("axis", 0), result.size());
    if (!axis) return;
    Dims joined;
    bool known = result.size() == 1;
    result[*axis] = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) {
      const Dims* in = dims(i);
      if (in == nullptr || in->size() != result.size()) return;
      result[*axis] = tame(result[*axis] + (*in)[*axis]);
      known = known && ints(i) != nullptr && joined.size() + ints(i)->size() <= kMaxTrackedInts;
      if (known) joined.insert(joined.end(), ints(i)->begin(), ints(i)->end());
    }
    out.dims = std::move(result);
    if (known) out.ints = std::move(joined);
  }

  void transpose(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr) return;
    const auto order = node_.ints_attribute("perm");
    Dims result(x->rbegin(), x->rend());
    if (order) {
      if (order->size() != x->size()) return;
      for (size_t i = 0; i < result.size(); ++i) {
        const auto axis = axis_of((*order)[i], x->size());
        if (!axis) return;
        result[i] = (*x)[*axis];
      }
    }
    out.dims = std::move(result);
  }

  void shape(ValueFacts& out) {
    out.data_type = onnx_type::kInt64;
    const Dims* x = dims(0);
    if (x == nullptr) return;
    const auto rank = static_cast<int64_t>(x->size());
    const auto bound = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? tame(at) + rank : at, 0, rank); };
    const int64_t start = bound(node_.int_attribute("start", 0));
    const int64_t end = std::max(start, bound(node_.int_attribute("end", rank)));
    out.ints = Dims(x->begin() + start, x->begin() + end);
    out.dims = Dims{end - start};
  }

  void gather(ValueFacts& out) {
    const Dims* x = dims(0);
    const Dims* index = dims(1);
    if (x == nullptr || index == nullptr) return;
    const auto axis = axis_of(node_.int_attribute("axis", 0), x->size());
    if (!axis) return;
    const auto at = static_cast<ptrdiff_t>(*axis);
    Dims result(x->begin(), x->begin() + at);
    result.insert(result.end(), index->begin(), index->end());
    result.insert(result.end(), x->begin() + at + 1, x->end());
    out.dims = std::move(result);
    if (ints(0) == nullptr || ints(1) == nullptr || x->size() != 1) return;
    Dims chosen;
    for (const int64_t i : *ints(1)) {
      const auto place = axis_of(i, ints(0)->size());
      if (!place) return;
      chosen.push_back((*ints(0))[*place]);
    }
    out.ints = std::move(chosen);
  }

  void slice(ValueFacts& out) {
    const Dims* x = dims(0);
    const auto starts = attribute_or_input("starts", 1);
    const auto ends = attribute_or_input("ends", 2);
    if (x == nullptr || !starts || !ends || starts->size() != ends->size()) return;
    Dims all(starts->size());
    std::iota(all.begin(), all.end(), 0);
    const Dims axes = attribute_or_input("axes", 3).value_or(input(3) == nullptr ? all : Dims{});
    const Dims steps = input(4) == nullptr ? Dims(starts->size(), 1) : ints(4) != nullptr ? *ints(4) : Dims{};
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
        return step > 0 ? std::clamp<int64_t>(at, 0, size)
                        : std::clamp<int64_t>(at, -1, std::max<int64_t>(size - 1, 0));
      };
      const int64_t span = step > 0 ? bound((*ends)[i]) - bound((*starts)[i]) : bound((*starts)[i]) - bound((*ends)[i]);
      const int64_t stride = std::abs(step);
      result[*axis] = span <= 0 ? 0 : (span + stride - 1) / stride;
      if (x->size() == 1 && axes.size() == 1 && ints(0) != nullptr && step == 1 && span >= 0) {
        const auto from = ints(0)->begin() + bound((*starts)[i]);
        out.ints = Dims(from, from + std::min<int64_t>(span, ints(0)->end() - from));
      }
    }
    out.dims = std::move(result);
  }

  void split() {
    const Dims* x = dims(0);
    for (ValueFacts& out : result_.outputs) out.data_type = type(0);
    if (x == nullptr) return;
    const auto axis = axis_of(node_.int_attribute("axis", 0), x->size());
    if (!axis) return;
    const auto count = static_cast<int64_t>(result_.outputs.size());
    const int64_t each = ((*x)[*axis] + count - 1) / count;
    auto sizes = attribute_or_input("split", 1);
    if (!sizes && input(1) != nullptr) return;
    for (size_t i = 0; i < result_.outputs.size(); ++i) {
      if (sizes && i >= sizes->size()) return;
      Dims part = *x;
      part[*axis] = sizes ? (*sizes)[i] : std::clamp<int64_t>((*x)[*axis] - static_cast<int64_t>(i) * each, 0, each);
      result_.outputs[i].dims = std::move(part);
    }
  }

  void resize(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr || node_.ints_attribute("axes")) return;
    if (const Dims* sizes = ints(3); sizes != nullptr && sizes->size() == x->size()) {
      out.dims = *sizes;
      return;
    }
    const ValueFacts* scales = inputs_.size() == 2 ? input(1) : input(2);
    if (scales == nullptr || scales->floats.size() != x->size()) return;
    Dims result;
    for (size_t i = 0; i < x->size(); ++i) {
      const double size = std::floor(static_cast<double>((*x)[i]) * static_cast<double>(scales->floats[i]));
      if (!(size >= 0 && size <= static_cast<double>(kMaxDim))) return;
      result.push_back(static_cast<int64_t>(size));
    }
    out.dims = std::move(result);
  }

  void expand(ValueFacts& out) {
    if (dims(0) == nullptr || ints(1) == nullptr) return;
    Dims joined = *dims(0);
    if (join(joined, *ints(1))) out.dims = std::move(joined);
  }

  void constant_of_shape(ValueFacts& out) {
    const auto value = node_.tensor_attribute("value");
    out.data_type = value ? value->data_type : onnx_type::kFloat32;
    if (ints(0) != nullptr) out.dims = *ints(0);
  }

  void reduce(ValueFacts& out) {
    const bool one_axis = node_.op.starts_with("Arg");
    if (one_axis) out.data_type = onnx_type::kInt64;
    const Dims* x = dims(0);
    if (x == nullptr) return;
    auto axes = one_axis ? Dims{node_.int_attribute("axis", 0)} : attribute_or_input("axes", 1);
    if (!axes && input(1) != nullptr) return;
    const bool all = (!axes || axes->empty()) && node_.int_attribute("noop_with_empty_axes", 0) == 0;
    const bool keep = node_.int_attribute("keepdims", 1) != 0;
    std::vector<bool> gone(x->size(), all);
    for (const int64_t one : axes.value_or(Dims{})) {
      const auto axis = axis_of(one, x->size());
      if (!axis) return;
      gone[*axis] = true;
    }
    Dims result;
    for (size_t i = 0; i < x->size(); ++i) {
      if (!gone[i]) result.push_back((*x)[i]);
      if (gone[i] && keep) result.push_back(1);
    }
    out.dims = std::move(result);
  }

  void reshape(ValueFacts& out) {
    const Dims* x = dims(0);
    const auto wanted = attribute_or_input("shape", 1);
    if (x == nullptr || !wanted) return;
    Dims result;
    DimProduct all;
    DimProduct known;
    std::optional<size_t> open;
    for (const int64_t dim : *x) all.multiply(dim);
    for (size_t i = 0; i < wanted->size(); ++i) {
      int64_t dim = (*wanted)[i];
      if (dim == 0 && node_.int_attribute("allowzero", 0) == 0) {
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
    out.dims = std::move(result);
  }

  void flatten(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr) return;
    int64_t axis = node_.int_attribute("axis", 1);
    if (axis < 0) axis = tame(axis) + static_cast<int64_t>(x->size());
    if (axis < 0 || axis > static_cast<int64_t>(x->size())) return;
    DimProduct front;
    DimProduct back;
    for (size_t i = 0; i < x->size(); ++i) (static_cast<int64_t>(i) < axis ? front : back).multiply((*x)[i]);
    if (front.elements() > static_cast<uint64_t>(kMaxDim) || back.elements() > static_cast<uint64_t>(kMaxDim)) return;
    out.dims = Dims{static_cast<int64_t>(front.elements()), static_cast<int64_t>(back.elements())};
  }

  void squeeze(ValueFacts& out) {
    const Dims* x = dims(0);
    if (x == nullptr) return;
    const auto axes = attribute_or_input("axes", 1);
    if (!axes && input(1) != nullptr) return;
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
    out.dims = std::move(result);
  }

  void unsqueeze(ValueFacts& out) {
    const Dims* x = dims(0);
    const auto axes = attribute_or_input("axes", 1);
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
    out.dims = std::move(result);
  }

  const OutlineNode& node_;
  std::span<const ValueFacts* const> inputs_;
  NodeFacts result_;
};

}  // namespace

std::optional<uint64_t> ValueFacts::bytes() const noexcept {
  if (!dims || data_type <= 0 || static_cast<size_t>(data_type) >= kNumOnnxTypes) return std::nullopt;
  DimProduct product;
  for (const int64_t dim : *dims) product.multiply(dim);
  return product.bytes(element_bits(data_type));
}

NodeFacts infer_node(const OutlineNode& node, std::span<const ValueFacts* const> inputs) {
  return Rule(node, inputs).run();
}

ValueFacts facts_of(const OutlineTensor& tensor) {
  ValueFacts facts;
  facts.data_type = tensor.data_type;
  facts.constant = true;
  if (std::ranges::none_of(tensor.dims, [](int64_t dim) { return dim < 0 || dim > kMaxDim; })) facts.dims = tensor.dims;
  facts.ints = tensor.ints;
  facts.floats = tensor.floats;
  return facts;
}

}  // namespace ntrt
