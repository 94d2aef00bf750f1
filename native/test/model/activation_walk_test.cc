#include "model/activation_walk.h"

#include <gtest/gtest.h>

#include "model/onnx_scan.h"
#include "test/model/graph_builder.h"

namespace ntrt {
namespace {

using namespace testing;

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

}  // namespace
}  // namespace ntrt
