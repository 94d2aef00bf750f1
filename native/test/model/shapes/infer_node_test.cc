#include "model/shapes/infer_node.h"

#include <gtest/gtest.h>

#include <random>

#include "model/activation_walk.h"
#include "model/onnx_scan.h"
#include "test/model/graph_builder.h"

namespace ntrt {
namespace {

using namespace testing;

ActivationEstimate estimate(const Graph& graph) {
  const std::string data = graph.data();
  scan_onnx(as_bytes(data));
  return estimate_activations(read_outline(as_bytes(data)), {});
}

struct Case {
  const char* name;
  std::vector<int64_t> x;
  Proto node;
  std::vector<Proto> initializers;
  uint64_t elements;  // of float32 that fit into what the results of the node take
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
      c("SplitEqually", {7, 2}, op("Split", {"x"}, {"y", "z"}), {}, 14),
      c("SplitBySizes", {7, 2}, op("Split", {"x", "s"}, {"y", "z"}), {int_tensor("s", {2, 5})}, 14),
      c("SqueezeOnes", {1, 3, 1}, op("Squeeze", {"x"}, {"y"}), {}, 3),
      c("SqueezeAxis", {1, 3, 1}, op("Squeeze", {"x"}, {"y"}, {ints("axes", {-1})}), {}, 3),
      c("Unsqueeze", {3}, op("Unsqueeze", {"x", "a"}, {"y"}), {int_tensor("a", {0, -1})}, 3),
      c("Flatten", {2, 3, 4}, op("Flatten", {"x"}, {"y"}, {number("axis", -1)}), {}, 24),
      c("ReshapeKeeping", {2, 3, 4}, op("Reshape", {"x", "s"}, {"y"}), {int_tensor("s", {0, -1})}, 24),
      c("ReshapeAttribute", {2, 3}, op("Reshape", {"x"}, {"y"}, {ints("shape", {6})}), {}, 6),
      c("ReduceAxesInput", {2, 3, 4}, op("ReduceSum", {"x", "a"}, {"y"}, {number("keepdims", 0)}),
        {int_tensor("a", {1})}, 8),
      c("ArgMax", {2, 3}, op("ArgMax", {"x"}, {"y"}, {number("axis", 1)}), {}, 4),  // int64: twice as large
      c("Shape", {2, 3, 4}, op("Shape", {"x"}, {"y"}, {number("start", 1)}), {}, 4),
      c("Where", {2, 3}, op("Where", {"x", "w", "w"}, {"y"}), {tensor_head("w", {4, 2, 3})}, 24),
      c("CastToDouble", {2, 3}, op("Cast", {"x"}, {"y"}, {number("to", 11)}), {}, 12),
      c("Equal", {4, 4}, op("Equal", {"x", "w"}, {"y"}), {tensor_head("w", {4})}, 4),  // bool
      c("Identity", {4}, op("Identity", {"x"}, {"y"}), {}, 4),
      c("UpsampleScales", {1, 2, 2, 2}, op("Upsample", {"x", "s"}, {"y"}),
        {tensor_head("s", {4}).bytes(4, std::string("\0\0\x80?\0\0\x80?\0\0\0@\0\0\0@", 16))}, 32),
      c("Pooled", {1, 2, 8}, op("AveragePool", {"x"}, {"y"}, {ints("kernel_shape", {8})}), {}, 2),
      c("RowTimesMatrix", {4}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {4, 7})}, 7),
  };
}
INSTANTIATE_TEST_SUITE_P(OfOneNode, ShapeRules, ::testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

class UnknownShapes : public ::testing::TestWithParam<Case> {};

TEST_P(UnknownShapes, AreNotGuessed) {
  const Case& one = GetParam();
  Graph graph{{value("x", one.x)}, {one.node}, {Proto().bytes(1, "y")}};
  graph.initializers = one.initializers;
  EXPECT_FALSE(estimate(graph).exact);
}

std::vector<Case> unknown_cases() {
  const auto c = [](const char* name, std::vector<int64_t> x, Proto node, std::vector<Proto> initializers = {}) {
    return Case{name, std::move(x), std::move(node), std::move(initializers), 0};
  };
  const Proto filter = tensor_head("w", {6, 3, 3, 3});
  const auto conv = [](const std::vector<Proto>& attributes) { return op("Conv", {"x", "w"}, {"y"}, attributes); };
  const int64_t huge = int64_t{1} << 62;
  return {
      c("MatMulMismatch", {2, 3}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {4, 5})}),
      c("MatMulScalar", {}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {4, 5})}),
      c("MatMulBatches", {2, 3, 4}, op("MatMul", {"x", "w"}, {"y"}), {tensor_head("w", {3, 4, 5})}),
      c("GemmRank", {2, 3, 4}, op("Gemm", {"x", "w"}, {"y"}), {tensor_head("w", {4, 5})}),
      c("BroadcastMismatch", {2, 3}, op("Add", {"x", "w"}, {"y"}), {tensor_head("w", {4})}),
      c("ConvRank", {3, 8, 8}, conv({}), {filter}),
      c("ConvStrideZero", {1, 3, 8, 8}, conv({ints("strides", {0, 1})}), {filter}),
      c("ConvStridesMissing", {1, 3, 8, 8}, conv({ints("strides", {1})}), {filter}),
      c("ConvPadsHuge", {1, 3, 8, 8}, conv({ints("pads", {huge, huge, 0, 0})}), {filter}),
      c("ConvPadsNegative", {1, 3, 8, 8}, conv({ints("pads", {-1, -1, 0, 0})}), {filter}),
      c("ConvLargerThanItsInput", {1, 3, 2, 2}, conv({}), {filter}),
      c("ConvTransposeGroup", {1, 6, 4, 4}, op("ConvTranspose", {"x", "w"}, {"y"}, {number("group", 0)}), {filter}),
      c("ConvTransposeShape", {1, 6, 4, 4}, op("ConvTranspose", {"x", "w"}, {"y"}, {ints("output_shape", {9, 9})}),
        {filter}),
      c("PoolWithoutKernel", {1, 3, 8, 8}, op("MaxPool", {"x"}, {"y"})),
      c("PoolRank", {8, 8}, op("MaxPool", {"x"}, {"y"}, {ints("kernel_shape", {})})),
      c("GlobalPoolRank", {8}, op("GlobalMaxPool", {"x"}, {"y"})),
      c("ConcatAxis", {2, 3}, op("Concat", {"x", "x"}, {"y"}, {number("axis", 2)})),
      c("ConcatRank", {2, 3}, op("Concat", {"x", "w"}, {"y"}), {tensor_head("w", {4})}),
      c("TransposeOrder", {2, 3}, op("Transpose", {"x"}, {"y"}, {ints("perm", {0})})),
      c("TransposeAxis", {2, 3}, op("Transpose", {"x"}, {"y"}, {ints("perm", {0, 5})})),
      c("GatherAxis", {2, 3}, op("Gather", {"x", "i"}, {"y"}, {number("axis", -3)}), {int_tensor("i", {0})}),
      c("SliceStepZero", {8}, op("Slice", {"x", "s", "e", "a", "t"}, {"y"}),
        {int_tensor("s", {0}), int_tensor("e", {8}), int_tensor("a", {0}), int_tensor("t", {0})}),
      c("SliceAxes", {8}, op("Slice", {"x"}, {"y"}, {ints("starts", {0, 0}), ints("ends", {1, 1})})),
      c("SliceEnds", {8}, op("Slice", {"x"}, {"y"}, {ints("starts", {0, 0}), ints("ends", {1})})),
      c("SplitSizes", {7}, op("Split", {"x", "s"}, {"y", "z"}), {int_tensor("s", {7})}),
      c("SplitAxis", {7}, op("Split", {"x"}, {"y", "z"}, {number("axis", 1)})),
      c("ResizeScales", {1, 2, 2, 2}, op("Resize", {"x", "", "s"}, {"y"}), {tensor_head("s", {4})}),
      c("ExpandMismatch", {3}, op("Expand", {"x", "s"}, {"y"}), {int_tensor("s", {4})}),
      c("ReduceAxis", {2}, op("ReduceMax", {"x"}, {"y"}, {ints("axes", {1})})),
      c("ReshapeTwoOpen", {4}, op("Reshape", {"x", "s"}, {"y"}), {int_tensor("s", {-1, -1})}),
      c("ReshapeOther", {4}, op("Reshape", {"x", "s"}, {"y"}), {int_tensor("s", {5})}),
      c("ReshapeRemainder", {4}, op("Reshape", {"x", "s"}, {"y"}), {int_tensor("s", {3, -1})}),
      c("ReshapeKeepsTooMuch", {4}, op("Reshape", {"x", "s"}, {"y"}), {int_tensor("s", {4, 0})}),
      c("FlattenAxis", {4}, op("Flatten", {"x"}, {"y"}, {number("axis", 2)})),
      c("SqueezeOther", {2, 1}, op("Squeeze", {"x"}, {"y"}, {ints("axes", {0})})),
      c("UnsqueezeTwice", {2}, op("Unsqueeze", {"x"}, {"y"}, {ints("axes", {0, 0})})),
      c("ForeignDomain", {2}, op("Relu", {"x"}, {"y"}).bytes(7, "com.example")),
      c("ConstantOfUnknownShape", {2}, op("ConstantOfShape", {"x"}, {"y"})),
  };
}
INSTANTIATE_TEST_SUITE_P(OfOneNode, UnknownShapes, ::testing::ValuesIn(unknown_cases()),
                         [](const auto& info) { return std::string(info.param.name); });

/// Bytes of y, whose size is computed from that of x, [600, 400], and of the size.
uint64_t computed(const std::vector<Proto>& nodes, const std::vector<Proto>& initializers) {
  Graph graph{{value("x", {600, 400})}, nodes, {Proto().bytes(1, "y")}};
  graph.nodes.insert(graph.nodes.begin(), op("Shape", {"x"}, {"all"}));
  graph.nodes.push_back(op("ConstantOfShape", {"size"}, {"y"}));
  graph.initializers = initializers;
  const auto found = estimate(graph);
  EXPECT_TRUE(found.exact) << found.reason;
  return found.bytes.value_or(0);
}

TEST(ShapesOfShapes, AreComputed) {
  const auto calculate = [&](const char* name) {
    return computed({op(name, {"all", "three"}, {"size"})}, {int_tensor("three", {3})});
  };
  EXPECT_EQ(calculate("Add"), 603u * 403 * 4 + 16);
  EXPECT_EQ(calculate("Sub"), 597u * 397 * 4 + 16);
  EXPECT_EQ(calculate("Mul"), 1800u * 1200 * 4 + 16);
  EXPECT_EQ(calculate("Div"), 200u * 133 * 4 + 16);
  EXPECT_EQ(computed({op("Slice", {"all", "s", "e"}, {"size"})}, {int_tensor("s", {0}), int_tensor("e", {1})}),
            600u * 4 + 8);
  EXPECT_EQ(computed({op("Cast", {"all"}, {"size"}, {number("to", 7)})}, {}), 600u * 400 * 4 + 16);
  EXPECT_EQ(computed({op("Gather", {"all", "i"}, {"n"}), op("Unsqueeze", {"n"}, {"u"}, {ints("axes", {0})}),
                      op("Concat", {"u", "two"}, {"size"})},
                     {tensor_head("i", {}, 7).varint(7, 1), int_tensor("two", {200})}),
            400u * 200 * 4 + 16);
}

TEST(ShapesOfShapes, SurviveModelsThatWereChangedAtRandom) {
  std::vector<Case> all = cases();
  for (Case& one : unknown_cases()) all.push_back(std::move(one));
  std::vector<std::string> seeds;
  for (const Case& one : all) {
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
