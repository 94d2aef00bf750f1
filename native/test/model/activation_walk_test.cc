#include "model/activation_walk.h"

#include <gtest/gtest.h>

#include <random>

#include "model/onnx_scan.h"
#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace testing;

constexpr uint64_t kFloat = 1;

/// A negative size is a symbolic dimension with the name N.
Proto value(std::string_view name, const std::vector<int64_t>& dims, uint64_t type = kFloat) {
  Proto shape;
  for (const int64_t dim : dims) {
    shape.bytes(1, dim < 0 ? Proto().bytes(2, "N") : Proto().varint(1, static_cast<uint64_t>(dim)));
  }
  return Proto().bytes(1, name).bytes(2, Proto().bytes(1, Proto().varint(1, type).bytes(2, shape)));
}

Proto op(std::string_view name, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
         const std::vector<Proto>& attributes = {}) {
  Proto proto;
  for (const auto& input : inputs) proto.bytes(1, input);
  for (const auto& output : outputs) proto.bytes(2, output);
  proto.bytes(4, name);
  for (const Proto& one : attributes) proto.bytes(5, one);
  return proto;
}

Proto ints(std::string_view name, const std::vector<int64_t>& values) {
  Proto proto = Proto().bytes(1, name);
  for (const int64_t one : values) proto.varint(8, static_cast<uint64_t>(one));
  return proto;
}
Proto number(std::string_view name, int64_t value) {
  return Proto().bytes(1, name).varint(3, static_cast<uint64_t>(value));
}

Proto int_tensor(std::string_view name, const std::vector<int64_t>& values) {
  Proto proto = tensor_head(name, {static_cast<int64_t>(values.size())}, 7);
  for (const int64_t one : values) proto.varint(7, static_cast<uint64_t>(one));
  return proto;
}

struct Graph {
  std::vector<Proto> inputs;
  std::vector<Proto> nodes;
  std::vector<Proto> outputs;
  std::vector<Proto> initializers = {};
  std::vector<Proto> infos = {};

  std::string data() const {
    Proto graph;
    for (const Proto& one : nodes) graph.bytes(1, one);
    for (const Proto& one : initializers) graph.bytes(5, one);
    for (const Proto& one : inputs) graph.bytes(11, one);
    for (const Proto& one : outputs) graph.bytes(12, one);
    for (const Proto& one : infos) graph.bytes(13, one);
    return model(graph).data();
  }
};

ActivationEstimate estimate(const Graph& graph, const RunSizes& sizes = {}) {
  const std::string data = graph.data();
  scan_onnx(as_bytes(data));
  return estimate_activations(read_outline(as_bytes(data)), sizes);
}

TEST(ActivationWalk, CountsWhatLivesAtTheSameTime) {
  // a and b are there when c is made; d is made when only c is left.
  const Graph graph{{value("x", {8})},
                    {op("Softmax", {"x"}, {"a"}), op("Softmax", {"x"}, {"b"}), op("Concat", {"a", "b"}, {"c"}),
                     op("Softmax", {"c"}, {"d"})},
                    {value("d", {16})}};
  const auto found = estimate(graph);
  EXPECT_TRUE(found.exact) << found.reason;
  EXPECT_EQ(found.bytes, (16u + 16u) * 4);
  EXPECT_EQ(found.input_bytes, 32u);
}

TEST(ActivationWalk, AnElementwiseNodeWritesInPlaceOfAnInputThatNobodyElseReads) {
  const Graph chain{{value("x", {8})},
                    {op("Softmax", {"x"}, {"a"}), op("Relu", {"a"}, {"b"}), op("Add", {"b", "x"}, {"y"})},
                    {value("y", {8})}};
  EXPECT_EQ(estimate(chain).bytes, 32u);
  const Graph shared{{value("x", {8})},
                     {op("Softmax", {"x"}, {"a"}), op("Relu", {"a"}, {"b"}), op("Add", {"a", "b"}, {"y"})},
                     {value("y", {8})}};
  EXPECT_EQ(estimate(shared).bytes, 64u);
}

TEST(ActivationWalk, AnotherShapeOfATensorTakesNothing) {
  const Graph graph{{value("x", {2, 8})},
                    {op("Softmax", {"x"}, {"a"}), op("Flatten", {"a"}, {"b"}), op("Softmax", {"b"}, {"c"}),
                     op("Add", {"c", "a"}, {"y"})},
                    {value("y", {2, 8})}};
  EXPECT_EQ(estimate(graph).bytes, 128u);
}

TEST(ActivationWalk, TheBatchIsTheFreeFirstDimensionOfInputs) {
  const Graph graph{{value("x", {-1, 8})}, {op("Softmax", {"x"}, {"y"})}, {value("y", {-1, 8})}};
  EXPECT_EQ(estimate(graph, {.batch = 1, .symbols = {}, .inputs = {}}).bytes, 32u);
  EXPECT_EQ(estimate(graph, {.batch = 5, .symbols = {}, .inputs = {}}).bytes, 160u);
  EXPECT_EQ(estimate(graph, {.batch = 5, .symbols = {{"N", 2}}, .inputs = {}}).bytes, 64u);
}

TEST(ActivationWalk, SaysWhichDimensionItWouldHaveToKnow) {
  const Graph graph{{value("x", {4, -1})}, {op("Softmax", {"x"}, {"y"})}, {value("y", {4, -1})}};
  const auto unknown = estimate(graph);
  EXPECT_FALSE(unknown.bytes.has_value());
  EXPECT_NE(unknown.reason.find("dimension 1 of input 'x' ('N') is free"), std::string::npos) << unknown.reason;
  EXPECT_EQ(estimate(graph, {.batch = 1, .symbols = {}, .inputs = {{"x", {4, 3}}}}).bytes, 48u);
  const auto wrong = estimate(graph, {.batch = 1, .symbols = {}, .inputs = {{"x", {4}}}});
  EXPECT_NE(wrong.reason.find("2 dimensions in the model and 1 in inputDims"), std::string::npos) << wrong.reason;
}

TEST(ActivationWalk, CountsAtLeastWhatIsKnownOfAGraphWithUnknownOperators) {
  const Graph graph{{value("x", {8})},
                    {op("Softmax", {"x"}, {"a"}), op("Mystery", {"a"}, {"b"}), op("Softmax", {"b"}, {"y"})},
                    {value("y", {8})}};
  const auto found = estimate(graph);
  EXPECT_FALSE(found.exact);
  EXPECT_EQ(found.bytes, 32u);
  EXPECT_NE(found.reason.find("of 3 intermediate tensors the sizes of 1 are not known"), std::string::npos);
  EXPECT_NE(found.reason.find("Mystery 'b'"), std::string::npos);
}

TEST(ActivationWalk, TakesWhatTheModelSaysOfAResultThatIsNotInferred) {
  Graph graph{{value("x", {-1, 8})}, {op("Mystery", {"x"}, {"a"}), op("Softmax", {"a"}, {"y"})}, {value("y", {-1, 2})}};
  graph.infos = {value("a", {-1, 2})};
  const auto found = estimate(graph, {.batch = 3, .symbols = {}, .inputs = {}});
  EXPECT_TRUE(found.exact);
  EXPECT_EQ(found.bytes, 48u);
}

TEST(ActivationWalk, IsNotExactWhereNodesRunGraphsOfTheirOwn) {
  const Proto branch = attribute("then_branch", 6, graph({node("Identity", "i")}));
  const Graph with_if{{value("x", {8})}, {op("If", {"x"}, {"y"}, {branch})}, {value("y", {8})}};
  const auto found = estimate(with_if);
  EXPECT_FALSE(found.exact);
  EXPECT_EQ(found.bytes, 32u);
}

TEST(ActivationWalk, WhatIsComputedAtLoadIsNoActivation) {
  Graph graph{{value("x", {2})},
              {op("Softmax", {"w"}, {"a"}), op("Concat", {"a", "a"}, {"b"}), op("Mul", {"x", "w"}, {"y"})},
              {value("y", {2})}};
  graph.initializers = {tensor_head("w", {2}).bytes(9, std::string(8, '\x01'))};
  EXPECT_EQ(estimate(graph).bytes, 8u);
}

struct Case {
  const char* name;
  std::vector<int64_t> x;
  Proto node;
  std::vector<Proto> initializers;
  uint64_t elements;  // of y
};

class ShapeRules : public ::testing::TestWithParam<Case> {};

TEST_P(ShapeRules, KnowTheSizeOfTheResult) {
  const Case& one = GetParam();
  Graph graph{{value("x", one.x)}, {one.node}, {Proto().bytes(1, "y")}};
  graph.initializers = one.initializers;
  const auto found = estimate(graph);
  EXPECT_TRUE(found.exact) << found.reason;
  EXPECT_EQ(found.bytes, one.elements * 4);
}

std::vector<Case> cases() {
  const Proto filter = tensor_head("w", {6, 3, 3, 3});
  const auto c = [](const char* name, std::vector<int64_t> x, Proto node, std::vector<Proto> initializers,
                    uint64_t elements) {
    return Case{name, std::move(x), std::move(node), std::move(initializers), elements};
  };
  return {
      c("Conv", {1, 3, 8, 8}, op("Conv", {"x", "w"}, {"y"}), {filter}, 6 * 36),
      c("ConvStrided", {1, 3, 8, 8},
        op("Conv", {"x", "w"}, {"y"}, {ints("strides", {2, 2}), ints("pads", {1, 1, 1, 1})}), {filter}, 6 * 16),
      c("ConvSame", {1, 3, 7, 7},
        op("Conv", {"x", "w"}, {"y"}, {ints("strides", {2, 2}), Proto().bytes(1, "auto_pad").bytes(4, "SAME_UPPER")}),
        {filter}, 6 * 16),
      c("ConvTranspose", {1, 6, 4, 4}, op("ConvTranspose", {"x", "w"}, {"y"}, {ints("strides", {2, 2})}), {filter},
        3 * 81),
      c("MaxPool", {1, 3, 8, 8},
        op("MaxPool", {"x"}, {"y"}, {ints("kernel_shape", {3, 3}), ints("strides", {2, 2}), number("ceil_mode", 1)}),
        {}, 3 * 16),
      c("GlobalAveragePool", {2, 3, 8, 8}, op("GlobalAveragePool", {"x"}, {"y"}), {}, 6),
      c("MatMul", {5, 2, 4}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {4, 7})}, 70),
      c("MatMulVector", {5, 4}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {4})}, 5),
      c("Gemm", {5, 4}, op("Gemm", {"x", "w"}, {"y"}, {number("transB", 1)}), {tensor_head("w", {7, 4})}, 35),
      c("Broadcast", {5, 1}, op("Add", {"x", "w"}, {"y"}), {tensor_head("w", {3})}, 15),
      c("Transpose", {2, 3, 4}, op("Transpose", {"x"}, {"y"}, {ints("perm", {2, 0, 1})}), {}, 24),
      c("ReduceKept", {2, 3, 4}, op("ReduceMean", {"x"}, {"y"}, {ints("axes", {-1})}), {}, 6),
      c("ReduceAll", {2, 3, 4}, op("ReduceSum", {"x"}, {"y"}, {number("keepdims", 0)}), {}, 1),
      c("SliceByInputs", {8, 4}, op("Slice", {"x", "s", "e", "a"}, {"y"}),
        {int_tensor("s", {-3}), int_tensor("e", {1000}), int_tensor("a", {0})}, 12),
      c("SliceBackwards", {8, 4}, op("Slice", {"x", "s", "e", "a", "t"}, {"y"}),
        {int_tensor("s", {-1}), int_tensor("e", {-100}), int_tensor("a", {0}), int_tensor("t", {-2})}, 16),
      c("Gather", {8, 4}, op("Gather", {"x", "i"}, {"y"}), {int_tensor("i", {1, 2, 3})}, 12),
      c("Expand", {1, 4}, op("Expand", {"x", "s"}, {"y"}), {int_tensor("s", {3, 1})}, 12),
      c("Resize", {1, 2, 3, 3}, op("Resize", {"x", "", "", "s"}, {"y"}), {int_tensor("s", {1, 2, 6, 6})}, 72),
  };
}
INSTANTIATE_TEST_SUITE_P(OfOneNode, ShapeRules, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

/// Sizes that are computed of sizes, as exporters write a flattening.
Graph computed_shape() {
  Graph graph{
      {value("x", {-1, 3, 4})},
      {op("Softmax", {"x"}, {"a"}), op("Shape", {"x"}, {"all"}), op("Gather", {"all", "zero"}, {"n"}),
       op("Concat", {"n", "rest"}, {"shape"}), op("Reshape", {"a", "shape"}, {"b"}), op("Softmax", {"b"}, {"y"})},
      {value("y", {-1, 12})}};
  graph.initializers = {int_tensor("zero", {0}), int_tensor("rest", {-1})};
  return graph;
}

TEST(ActivationWalk, ComputesShapesFromShapes) {
  const auto found = estimate(computed_shape(), {.batch = 2, .symbols = {}, .inputs = {}});
  EXPECT_TRUE(found.exact) << found.reason;
  // a, seen as b, and y; of the sizes nothing is left by then.
  EXPECT_EQ(found.bytes, 2u * 96);
}

TEST(ActivationWalk, SurvivesModelsThatWereChangedAtRandom) {
  std::vector<std::string> seeds = {computed_shape().data()};
  for (const Case& one : cases()) {
    Graph graph{{value("x", one.x)}, {one.node}, {Proto().bytes(1, "y")}};
    graph.initializers = one.initializers;
    seeds.push_back(graph.data());
  }
  std::mt19937_64 random(5);
  size_t walked = 0;
  for (int round = 0; round < 40'000; ++round) {
    std::string data = seeds[random() % seeds.size()];
    for (size_t changes = 1 + random() % 3; changes > 0; --changes) {
      data[random() % data.size()] = static_cast<char>(random() % 3 == 0 ? 0xff : random());
    }
    try {
      scan_onnx(as_bytes(data));
    } catch (const Error&) {
      continue;
    }
    const auto found = estimate_activations(read_outline(as_bytes(data)), {.batch = 3, .symbols = {}, .inputs = {}});
    EXPECT_TRUE(found.bytes.has_value() || !found.reason.empty());
    ++walked;
  }
  EXPECT_GT(walked, 1000u);
}

}  // namespace
}  // namespace ntrt
