#include "model/shapes/infer_node.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/shape.h"
#include "model/shapes/rules.h"

namespace ntrt {
namespace shapes {
namespace {

struct Entry {
  std::string_view op;
  Rule rule;
};

constexpr auto kRules = std::to_array<Entry>({
    {"Abs", in_place},
    {"Add", broadcast},
    {"And", broadcast},
    {"ArgMax", arg_reduce},
    {"ArgMin", arg_reduce},
    {"AveragePool", pool},
    {"BatchNormalization", same_shape},
    {"Cast", cast},
    {"Ceil", in_place},
    {"Celu", in_place},
    {"Clip", in_place},
    {"Concat", concat},
    {"Constant", constant},
    {"ConstantOfShape", constant_of_shape},
    {"Conv", conv},
    {"ConvTranspose", conv_transpose},
    {"Cos", in_place},
    {"CumSum", same_shape},
    {"Div", broadcast},
    {"Dropout", in_place},
    {"Elu", in_place},
    {"Equal", compare},
    {"Erf", in_place},
    {"Exp", in_place},
    {"Expand", expand},
    {"Flatten", flatten},
    {"Floor", in_place},
    {"Gather", gather},
    {"Gelu", in_place},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_pool},
    {"GlobalLpPool", global_pool},
    {"GlobalMaxPool", global_pool},
    {"Greater", compare},
    {"GreaterOrEqual", compare},
    {"GroupNormalization", same_shape},
    {"HardSigmoid", in_place},
    {"HardSwish", in_place},
    {"Identity", identity},
    {"InstanceNormalization", same_shape},
    {"IsInf", compare},
    {"IsNaN", compare},
    {"LRN", same_shape},
    {"LayerNormalization", same_shape},
    {"LeakyRelu", in_place},
    {"Less", compare},
    {"LessOrEqual", compare},
    {"Log", in_place},
    {"LogSoftmax", same_shape},
    {"LpPool", pool},
    {"MatMul", matmul},
    {"Max", broadcast},
    {"MaxPool", pool},
    {"Mean", broadcast},
    {"Min", broadcast},
    {"Mish", in_place},
    {"Mod", broadcast},
    {"Mul", broadcast},
    {"Neg", in_place},
    {"Not", compare},
    {"Or", broadcast},
    {"PRelu", in_place},
    {"Pow", broadcast},
    {"Reciprocal", in_place},
    {"Relu", in_place},
    {"Reshape", reshape},
    {"Resize", resize},
    {"Round", in_place},
    {"Selu", in_place},
    {"Shape", shape},
    {"Sigmoid", in_place},
    {"Sign", in_place},
    {"Sin", in_place},
    {"Slice", slice},
    {"Softmax", same_shape},
    {"Softplus", in_place},
    {"Softsign", in_place},
    {"Split", split},
    {"Sqrt", in_place},
    {"Squeeze", squeeze},
    {"Sub", broadcast},
    {"Sum", broadcast},
    {"Tanh", in_place},
    {"ThresholdedRelu", in_place},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
    {"Upsample", resize},
    {"Where", where},
    {"Xor", broadcast},
});
static_assert(std::ranges::is_sorted(kRules, {}, &Entry::op));

/// nullptr for an operator that is not known here.
Rule rule_of(std::string_view op) {
  if (op.starts_with("Reduce")) return reduce;
  const auto found = std::ranges::lower_bound(kRules, op, {}, &Entry::op);
  return found != kRules.end() && found->op == op ? found->rule : nullptr;
}

bool is_constant(const Node& node) {
  const std::string_view op = node.outline.op;
  return std::ranges::all_of(node.inputs, [](const auto* in) { return in == nullptr || in->constant; }) &&
         !op.starts_with("Random") && (op == "Constant" || !node.inputs.empty());
}

void drop_unsound(ValueFacts& facts) {
  if (facts.dims && (facts.dims->size() > kMaxRank || !all_in_range(*facts.dims))) facts.dims.reset();
  // What is kept of the contents is all of them: rules read them by position.
  if (facts.ints && (!facts.dims || facts.ints->size() > kMaxTrackedInts ||
                     facts.ints->size() != product_of(*facts.dims).elements())) {
    facts.ints.reset();
  }
}

}  // namespace
}  // namespace shapes

NodeFacts infer_node(const OutlineNode& outline, std::span<const ValueFacts* const> inputs) {
  shapes::Node node{outline, inputs, {}};
  node.result.outputs.resize(outline.outputs.size());
  if (node.result.outputs.empty()) return std::move(node.result);
  if (outline.domain.empty() || outline.domain == "ai.onnx") {
    node.out().data_type = node.type(0);
    if (const shapes::Rule rule = shapes::rule_of(outline.op)) rule(node);
  }
  const bool constant = shapes::is_constant(node);
  for (ValueFacts& facts : node.result.outputs) {
    facts.constant = constant;
    shapes::drop_unsound(facts);
  }
  return std::move(node.result);
}

}  // namespace ntrt
