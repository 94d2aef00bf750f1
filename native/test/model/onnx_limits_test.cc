// What a small file may ask for. See also onnx_functions_test.cc.

#include <gtest/gtest.h>

#include "model/onnx_scan.h"
#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace testing;

std::string refusal(const Proto& proto, const ScanLimits& limits = {}) {
  return reason_of([&] { scan_onnx(as_bytes(proto.data()), limits); });
}

Proto with_tensor(const Proto& tensor) { return model(graph({node("Add", "add")}, {tensor})); }

/// A value of a tensor type (field 1) with these dimensions; a negative one is symbolic.
Proto shaped_value(const std::vector<int64_t>& dims) {
  Proto shape;
  for (const int64_t dim : dims) {
    shape.bytes(1, dim < 0 ? Proto().bytes(2, "N") : Proto().varint(1, static_cast<uint64_t>(dim)));
  }
  return Proto().bytes(1, "v").bytes(2, Proto().bytes(1, Proto().varint(1, 1).bytes(2, shape)));
}

Proto sparse(const std::vector<int64_t>& dims, uint64_t type = 1) {
  Proto proto = Proto().bytes(1, tensor_head("values", {1}, type)).bytes(2, tensor_head("indices", {1}, 7));
  for (const int64_t dim : dims) proto.varint(3, static_cast<uint64_t>(dim));
  return proto;
}

Proto with_sparse(const Proto& tensor) { return model(Proto(graph({})).bytes(15, tensor)); }

TEST(ScanLimits, CountsNodesOfSubgraphs) {
  const Proto proto = model(graph({node("If", "i", {attribute("then_branch", 6, graph({node("Neg", "n")}))})}));
  EXPECT_EQ(scan_onnx(as_bytes(proto.data())).num_expanded_nodes, 2u);
  EXPECT_EQ(refusal(proto, {.nodes = 2}), "(nothing was thrown)");
  EXPECT_EQ(refusal(proto, {.nodes = 1}), "too-many-nodes");
}

TEST(ScanLimits, SaysWhichOptionAndWhatItFound) {
  const Error error = error_of([&] {
    const Proto proto = with_tensor(tensor_head("w", {1000}));
    scan_onnx(as_bytes(proto.data()), {.elements = 999});
  });
  EXPECT_EQ(detail(error, "reason"), "too-many-elements");
  EXPECT_EQ(detail(error, "option"), "options.limits.elements");
  EXPECT_EQ(detail(error, "expected"), "at most 999");
  EXPECT_NE(error.message().find("1000"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("graph 'main'"), std::string::npos) << error.message();
}

TEST(ScanLimits, LooksAtEveryPlaceOfAShape) {
  const std::vector<int64_t> huge = {1 << 20, 1 << 20};
  const Proto type = Proto().bytes(
      1,
      Proto().varint(1, 1).bytes(2, Proto().bytes(1, Proto().varint(1, 1 << 30)).bytes(1, Proto().varint(1, 1 << 30))));
  const Proto sequence = Proto().bytes(1, "v").bytes(2, Proto().bytes(4, Proto().bytes(1, type)));
  const Proto optional = Proto().bytes(1, "v").bytes(2, Proto().bytes(9, Proto().bytes(1, type)));
  const Proto map = Proto().bytes(1, "v").bytes(2, Proto().bytes(5, Proto().varint(1, 7).bytes(2, type)));
  const Proto in_attribute = node("Optional", "o", {attribute("type", 14, type)});
  const Proto cases[] = {
      with_tensor(tensor_head("w", huge)),
      with_sparse(sparse(huge)),
      model(Proto(graph({})).bytes(11, shaped_value(huge))),
      model(Proto(graph({})).bytes(12, shaped_value(huge))),
      model(Proto(graph({})).bytes(13, shaped_value(huge))),
      model(Proto(graph({})).bytes(13, sequence)),
      model(Proto(graph({})).bytes(13, optional)),
      model(Proto(graph({})).bytes(13, map)),
      model(graph({in_attribute})),
      Proto(model(graph({}))).bytes(25, Proto().bytes(1, "f").bytes(12, shaped_value(huge))),
  };
  for (const Proto& one : cases) EXPECT_EQ(refusal(one), "too-many-elements") << &one - cases;
}

TEST(ScanLimits, TakesSymbolicAndZeroDimensionsForWhatTheyAre) {
  EXPECT_EQ(refusal(model(Proto(graph({})).bytes(11, shaped_value({-1, 3, 224, 224})))), "(nothing was thrown)");
  // As some exporters write an unknown dimension.
  const Proto minus_one = Proto().bytes(1, Proto().varint(1, static_cast<uint64_t>(-1)));
  const Proto value = Proto().bytes(1, "v").bytes(2, Proto().bytes(1, Proto().bytes(2, minus_one)));
  EXPECT_EQ(refusal(model(Proto(graph({})).bytes(11, value))), "(nothing was thrown)");
  EXPECT_EQ(refusal(with_tensor(tensor_head("w", {int64_t{1} << 40, int64_t{1} << 40, 0}))), "(nothing was thrown)");
}

TEST(ScanLimits, AddsUpTheBytesOfAllTensors) {
  const Proto two = model(graph({}, {tensor_head("a", {100}), tensor_head("b", {100}, 11)}));
  EXPECT_EQ(scan_onnx(as_bytes(two.data())).declared_bytes, 1200u);
  EXPECT_EQ(refusal(two, {.declared_bytes = 1200}), "(nothing was thrown)");
  EXPECT_EQ(refusal(two, {.declared_bytes = 1199}), "too-many-bytes");
  const Proto int4 = with_tensor(tensor_head("w", {7}, 22));
  EXPECT_EQ(scan_onnx(as_bytes(int4.data())).declared_bytes, 4u);
}

TEST(ScanLimits, CountsASparseTensorAsTheDenseOneThatItBecomes) {
  EXPECT_EQ(scan_onnx(as_bytes(with_sparse(sparse({1000, 1000})).data())).declared_bytes, 4'000'000u + 4 + 8);
  EXPECT_EQ(refusal(with_sparse(sparse({1 << 30}))), "too-many-bytes");
  EXPECT_EQ(refusal(with_sparse(sparse({(1 << 29) - 1}))), "(nothing was thrown)");
  const Proto packed = Proto().bytes(1, tensor_head("values", {1})).bytes(3, std::string("\x80\x80\x80\x80\x04", 5));
  EXPECT_EQ(refusal(with_sparse(packed)), "too-many-bytes");
  EXPECT_EQ(refusal(with_sparse(Proto().bytes(3, "\x80"))), "malformed");
}

TEST(ScanLimits, HoldWhenNumbersOverflow) {
  const int64_t large = int64_t{1} << 62;
  EXPECT_EQ(refusal(with_tensor(tensor_head("w", {large, large, large}))), "too-many-elements");
  const ScanLimits any{.elements = ~uint64_t{0}};
  EXPECT_EQ(refusal(with_tensor(tensor_head("w", {large, large, large})), any), "too-many-bytes");
  EXPECT_EQ(refusal(model(graph({}, {tensor_head("a", {large}), tensor_head("b", {large})})), any), "too-many-bytes");
}

}  // namespace
}  // namespace ntrt
