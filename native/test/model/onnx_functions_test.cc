#include "model/onnx_functions.h"

#include <gtest/gtest.h>

#include "model/onnx_scan.h"
#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace testing;

Proto call(std::string_view function, std::string_view domain = "d", std::string_view overload = "") {
  Proto proto = node(function, "call").bytes(7, domain);
  if (!overload.empty()) proto.bytes(8, overload);
  return proto;
}

Proto function(std::string_view name, const std::vector<Proto>& nodes, std::string_view domain = "d",
               std::string_view overload = "") {
  Proto proto = Proto().bytes(1, name);
  for (const Proto& one : nodes) proto.bytes(7, one);
  proto.bytes(10, domain);
  if (!overload.empty()) proto.bytes(13, overload);
  return proto;
}

Proto with_functions(const Proto& main_graph, const std::vector<Proto>& functions) {
  Proto proto = model(main_graph);
  for (const Proto& one : functions) proto.bytes(25, one);
  return proto;
}

uint64_t expanded(const Proto& proto) {
  return scan_onnx(as_bytes(proto.data()), {.nodes = ~uint64_t{0}}).num_expanded_nodes;
}

std::string fault(const Proto& proto) {
  return reason_of([&] { scan_onnx(as_bytes(proto.data())); });
}

/// `levels` functions, each calling the next `times` times.
Proto tower(size_t levels, size_t times) {
  std::vector<Proto> functions;
  for (size_t i = 0; i < levels; ++i) {
    const Proto next = i + 1 == levels ? node("Neg", "n") : call("f" + std::to_string(i + 1));
    functions.push_back(function("f" + std::to_string(i), std::vector<Proto>(times, next)));
  }
  return with_functions(graph({call("f0")}), functions);
}

TEST(ExpandedNodes, CountABodyForEachCall) {
  const Proto body = function("f", {node("Neg", "a"), node("Abs", "b")});
  EXPECT_EQ(expanded(with_functions(graph({node("Add", "n")}), {body})), 1u);
  EXPECT_EQ(expanded(with_functions(graph({call("f"), call("f")}), {body})), 2u + 2 * 2);
  EXPECT_EQ(expanded(with_functions(graph({call("f"), call("f")}), {body, function("g", {call("f")})})), 2u + 2 * 2);
}

TEST(ExpandedNodes, SeeCallsInSubgraphsAndTrainingGraphs) {
  const Proto body = function("f", {node("Neg", "a"), node("Abs", "b")});
  const Proto branch = node("If", "i", {attribute("then_branch", 6, graph({call("f")}))});
  EXPECT_EQ(expanded(with_functions(graph({branch}), {body})), 2u + 2);
  const Proto training = Proto().bytes(1, graph({call("f")}));
  EXPECT_EQ(expanded(with_functions(graph({}), {body}).bytes(20, training)), 1u + 2);
}

TEST(ExpandedNodes, TellFunctionsApartByDomainAndOverload) {
  const Proto one = function("f", {node("Neg", "a")});
  const Proto two = function("f", std::vector<Proto>(5, node("Neg", "a")), "e");
  const Proto three = function("f", std::vector<Proto>(9, call("f")), "d", "o");
  EXPECT_EQ(expanded(with_functions(graph({call("f")}), {one, two, three})), 1u + 1);
  EXPECT_EQ(expanded(with_functions(graph({call("f", "e")}), {one, two, three})), 1u + 5);
  EXPECT_EQ(expanded(with_functions(graph({call("f", "d", "o")}), {one, two, three})), 1u + 9 + 9);
}

TEST(ExpandedNodes, KnowBothNamesOfTheDefaultDomain) {
  const Proto body = function("f", {node("Neg", "a"), node("Abs", "b")}, "ai.onnx");
  EXPECT_EQ(expanded(with_functions(graph({call("f", "")}), {body})), 1u + 2);
}

TEST(ExpandedNodes, GrowAsATowerOfCallsDoes) {
  EXPECT_EQ(expanded(tower(3, 4)), 1u + 4 + 16 + 64);
  EXPECT_EQ(fault(tower(12, 8)), "too-many-nodes");
  // Far beyond 64 bits.
  EXPECT_EQ(expanded(tower(90, 16)), ~uint64_t{0});
}

TEST(ExpandedNodes, RefuseTowersThatOverflowARuntimesStack) {
  EXPECT_EQ(fault(tower(kMaxCallDepth, 1)), "(nothing was thrown)");
  EXPECT_EQ(fault(tower(kMaxCallDepth + 1, 1)), "nested-too-deep");
  EXPECT_EQ(fault(tower(50'000, 1)), "nested-too-deep");
}

TEST(ExpandedNodes, RefuseRecursion) {
  EXPECT_EQ(fault(with_functions(graph({call("f")}), {function("f", {call("f")})})), "recursive-function");
  EXPECT_EQ(fault(with_functions(graph({}), {function("f", {call("g")}), function("g", {call("f")})})),
            "recursive-function");
  const Proto branch = node("If", "i", {attribute("then_branch", 6, graph({call("f")}))});
  EXPECT_EQ(fault(with_functions(graph({}), {function("f", {branch})})), "recursive-function");
}

}  // namespace
}  // namespace ntrt
