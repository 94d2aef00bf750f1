#include "model/onnx_scan.h"

#include <gtest/gtest.h>

#include <chrono>

#include "test/model/onnx_builder.h"

namespace ntrt {
namespace {

using namespace std::string_view_literals;
using namespace testing;

OnnxScan scan(const Proto& proto) { return scan_onnx(as_bytes(proto.data())); }
std::string reason(std::string_view data) {
  return reason_of([&] { scan_onnx(as_bytes(data)); });
}
std::string reason(const Proto& proto) { return reason(proto.data()); }

Proto with_initializer(const Proto& tensor) { return model(graph({node("Add", "add")}, {tensor})); }

TEST(ScanOnnx, TellsWhatTheModelIs) {
  Proto proto = model(graph({node("Add", "a"), node("Mul", "b")}, {raw_tensor("w")}));
  proto.bytes(8, opset("com.microsoft", 1)).bytes(25, Proto().bytes(1, "f").bytes(7, node("Relu", "c")));
  const OnnxScan result = scan(proto);
  EXPECT_EQ(result.ir_version, 10);
  EXPECT_EQ(result.producer_name, "test");
  EXPECT_EQ(result.producer_version, "1.0");
  ASSERT_EQ(result.opset_imports.size(), 2u);
  EXPECT_EQ(result.opset_imports[0].domain, "");
  EXPECT_EQ(result.opset_imports[0].version, 21);
  EXPECT_EQ(result.opset_imports[1].domain, "com.microsoft");
  EXPECT_EQ(result.num_nodes, 3u);
  EXPECT_EQ(result.num_functions, 1u);
  EXPECT_TRUE(result.external_refs.empty());
}

TEST(ScanOnnx, CountsNodesWithCompiledCode) {
  EXPECT_EQ(scan(model(graph({node("EPContext", "a"), node("Add", "b")}))).num_ep_context_nodes, 1u);
}

TEST(ScanOnnx, TellsWhatItComputesWith) {
  const auto typed = [](uint64_t element_type, uint32_t kind = 1) {
    return Proto().bytes(1, "v").bytes(2, Proto().bytes(kind, Proto().varint(1, element_type)));
  };
  const auto sequence = [](uint64_t element_type) {
    const Proto element = Proto().bytes(1, Proto().varint(1, element_type));
    return Proto().bytes(1, "v").bytes(2, Proto().bytes(4, Proto().bytes(1, element)));
  };
  const auto tensor = [](uint64_t type) { return tensor_head("w", {2}, type).bytes(9, "abcd"); };
  struct Case {
    Proto model;
    bool quantised, float16, bfloat16;
  };
  const Case cases[] = {
      {model(graph({node("Add", "a")}, {raw_tensor("w")})), false, false, false},
      {model(graph({node("QuantizeLinear", "a")})), true, false, false},
      {model(graph({node("QLinearConv", "a")})), true, false, false},
      {model(graph({node("QLinear", "a")})), false, false, false},
      {model(graph({node("MatMulInteger", "a")})), true, false, false},
      {model(graph({node("If", "a", {attribute("then_branch", 6, graph({node("ConvInteger", "b")}))})})), true, false,
       false},
      {model(graph({})).bytes(25, Proto().bytes(1, "f").bytes(7, node("DequantizeLinear", "c"))), true, false, false},
      {model(graph({})).bytes(20, Proto().bytes(1, graph({node("QuantizeLinear", "t")}, {tensor(10)}))), false, false,
       false},
      {model(graph({}, {tensor(10)})), false, true, false},
      {model(graph({}, {tensor(16)})), false, false, true},
      {model(graph({node("Constant", "c", {attribute("value", 5, tensor(10))})})), false, false, false},
      {model(Proto(graph({})).bytes(13, typed(10))), false, true, false},
      {model(Proto(graph({})).bytes(11, typed(16))), false, false, true},
      {model(Proto(graph({})).bytes(11, typed(16, 8))), false, false, false},
      {model(Proto(graph({})).bytes(11, sequence(10))), false, false, false},
  };
  for (size_t i = 0; i < std::size(cases); ++i) {
    const OnnxScan result = scan(cases[i].model);
    EXPECT_EQ(result.quantised, cases[i].quantised) << i;
    EXPECT_EQ(result.float16, cases[i].float16) << i;
    EXPECT_EQ(result.bfloat16, cases[i].bfloat16) << i;
  }
}

TEST(ScanOnnx, ReadsAReferenceToExternalData) {
  const OnnxScan result = scan(with_initializer(external_tensor("w", "weights.bin", "4096", "24", {2, 3})));
  ASSERT_EQ(result.external_refs.size(), 1u);
  const ExternalRef& ref = result.external_refs[0];
  EXPECT_EQ(ref.tensor, "w");
  EXPECT_EQ(ref.location, "weights.bin");
  EXPECT_EQ(ref.offset, 4096u);
  EXPECT_EQ(ref.length, 24u);
  EXPECT_EQ(ref.needed_bytes, 24u);
  EXPECT_EQ(ref.place, TensorPlace::kInitializer);
  EXPECT_EQ(ref.where, "graph 'main' > initializer");
}

TEST(ScanOnnx, ReadsPackedDims) {
  Proto tensor = Proto().bytes(1, "\x02\x80\x01"sv).varint(2, 1);
  tensor.bytes(13, entry("location", "w.bin")).varint(14, 1);
  EXPECT_EQ(scan(with_initializer(tensor)).external_refs.at(0).needed_bytes, 2u * 128 * 4);
}

TEST(ScanOnnx, FindsExternalDataWhereverATensorCanStand) {
  const Proto tensor = external_tensor("w", "weights.bin");
  const Proto sparse = Proto().bytes(1, tensor).bytes(2, raw_tensor("i"));
  const Proto sparse_indices = Proto().bytes(1, raw_tensor("v")).bytes(2, tensor);
  const Proto constant = node("Constant", "c", {attribute("value", 5, tensor)});
  const auto in_attribute = [](uint32_t field, const Proto& value) {
    return model(graph({node("Op", "n", {attribute("a", field, value)})}));
  };
  struct Case {
    Proto model;
    const char* where;
  };
  const Case cases[] = {
      {with_initializer(tensor), "graph 'main' > initializer"},
      {model(Proto(graph({})).bytes(15, sparse)), "graph 'main' > sparse initializer > values"},
      {model(Proto(graph({})).bytes(15, sparse_indices)), "graph 'main' > sparse initializer > indices"},
      {in_attribute(5, tensor), "graph > node 'n' > attribute 'a' > tensor"},
      {in_attribute(10, tensor), "graph > node 'n' > attribute 'a' > tensor"},
      {in_attribute(22, sparse), "graph > node 'n' > attribute 'a' > sparse tensor > values"},
      {in_attribute(23, sparse), "graph > node 'n' > attribute 'a' > sparse tensor > values"},
      {in_attribute(6, graph({}, {tensor})), "graph > node 'n' > attribute 'a' > graph 'main' > initializer"},
      {in_attribute(11, graph({}, {tensor})), "graph > node 'n' > attribute 'a' > graph 'main' > initializer"},
      {in_attribute(6, graph({constant})), "attribute 'a' > graph > node 'c' > attribute 'value' > tensor"},
      {model(graph({})).bytes(25, Proto().bytes(1, "f").bytes(7, constant)),
       "function 'f' > node 'c' > attribute 'value' > tensor"},
      {model(graph({})).bytes(25, Proto().bytes(1, "f").bytes(11, attribute("d", 5, tensor))),
       "function 'f' > attribute 'd' > tensor"},
      {model(graph({})).bytes(20, Proto().bytes(1, graph({}, {tensor}))), "training > graph 'main' > initializer"},
      {model(graph({})).bytes(20, Proto().bytes(2, graph({}, {tensor}))), "training > graph 'main' > initializer"},
  };
  for (const Case& one : cases) {
    const OnnxScan result = scan(one.model);
    ASSERT_EQ(result.external_refs.size(), 1u) << one.where;
    EXPECT_EQ(result.external_refs[0].where, one.where);
    const bool initializer = one.where == "graph 'main' > initializer"sv;
    EXPECT_EQ(result.external_refs[0].place == TensorPlace::kInitializer, initializer) << one.where;
  }
}

TEST(ScanOnnx, CountsBytesByType) {
  const auto needed = [](uint64_t type, std::vector<int64_t> dims) {
    const Proto proto = with_initializer(external_tensor("w", "w.bin", {}, {}, std::move(dims), type));
    return scan_onnx(as_bytes(proto.data()), {.elements = ~uint64_t{0}, .declared_bytes = ~uint64_t{0}})
        .external_refs.at(0)
        .needed_bytes;
  };
  EXPECT_EQ(needed(1, {}), 4u);
  EXPECT_EQ(needed(1, {0, 5}), 0u);
  EXPECT_EQ(needed(11, {3}), 24u);
  EXPECT_EQ(needed(10, {3}), 6u);
  EXPECT_EQ(needed(9, {3}), 3u);
  EXPECT_EQ(needed(22, {3}), 2u) << "two int4 in a byte";
  EXPECT_EQ(needed(25, {5}), 2u) << "four uint2 in a byte";
  EXPECT_EQ(needed(15, {int64_t{1} << 53}), uint64_t{1} << 57);
  EXPECT_EQ(needed(8, {3}), std::nullopt) << "strings have no fixed size";
  EXPECT_EQ(needed(0, {3}), std::nullopt);
  EXPECT_EQ(needed(99, {3}), std::nullopt);
}

TEST(ScanOnnx, RefusesBadExternalData) {
  const auto bad = [](const Proto& tensor) { return reason(with_initializer(tensor)); };
  const auto numbers = [&](const char* offset, const char* length) {
    return bad(external_tensor("w", "w.bin", offset, length));
  };
  for (const char* number : {"-1", "+1", " 1", "1 ", "0x10", "1e3", "abc", "1.5", "9223372036854775808",
                             "18446744073709551616", "99999999999999999999999999"}) {
    EXPECT_EQ(numbers(number, "16"), "bad-external-data") << number;
    EXPECT_EQ(numbers("0", number), "bad-external-data") << number;
  }
  EXPECT_EQ(bad(external_tensor("w", "w.bin", std::string("1\0", 2))), "bad-external-data");
  EXPECT_EQ(numbers("9223372036854775807", "1"), "bad-external-data") << "the sum overflows";
  EXPECT_EQ(numbers("9223372036854775791", "16"), "(nothing was thrown)") << "the largest sum";
  EXPECT_EQ(numbers("", ""), "(nothing was thrown)") << "empty is not given";
  EXPECT_EQ(bad(external_tensor("w", "w.bin", {}, {}, {-1})), "bad-external-data");
  EXPECT_EQ(bad(external_tensor("w", "w.bin", {}, {}, {int64_t{1} << 40, int64_t{1} << 40})), "bad-external-data");
  EXPECT_EQ(bad(external_tensor("w", "w.bin", {}, {}, std::vector<int64_t>(33, 1))), "bad-external-data");
  EXPECT_EQ(bad(external_tensor("w", "")), "bad-external-data");
  EXPECT_EQ(bad(tensor_head("w").varint(14, 1)), "bad-external-data") << "no entry at all";
  EXPECT_EQ(bad(external_tensor("w", "a.bin").bytes(13, entry("location", "b.bin"))), "bad-external-data");
  EXPECT_EQ(bad(external_tensor("w", "a.bin", "0").bytes(13, entry("offset", "4"))), "bad-external-data");
}

TEST(ScanOnnx, TakesDataLocationAsProtobufDoes) {
  // An enum of 32 bits: the upper ones of its varint do not count.
  Proto wide = tensor_head("w").bytes(13, entry("location", "w.bin")).varint(14, (uint64_t{1} << 32) | 1);
  EXPECT_EQ(scan(with_initializer(wide)).external_refs.size(), 1u);
  Proto twice = external_tensor("w", "w.bin").varint(14, 0);
  EXPECT_EQ(scan(with_initializer(twice)).external_refs.size(), 1u) << "once external, always";
  Proto left_over = tensor_head("w").bytes(13, entry("location", "../gone.bin")).varint(14, 0);
  EXPECT_EQ(scan(with_initializer(left_over)).external_refs.size(), 0u) << "entries without the mark are not read";
}

TEST(ScanOnnx, RefusesMemoryAddresses) {
  const auto refused = [](const Proto& one) { return reason(one) == "memory-address"; };
  for (const char* tag :
       {"*/_ORT_MEM_ADDR_/*", "*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*", "*/_ORT_SOMETHING_NEW_/*", "./*/_ORT_MEM_ADDR_/*"}) {
    const Proto tensor = external_tensor("w", tag, "94000000000000", "16");
    EXPECT_TRUE(refused(with_initializer(tensor))) << tag;
    EXPECT_TRUE(refused(model(graph({node("Constant", "c", {attribute("value", 5, tensor)})})))) << tag;
    EXPECT_TRUE(refused(model(Proto(graph({})).bytes(15, Proto().bytes(1, tensor))))) << tag;
    EXPECT_TRUE(refused(model(nested_graphs(5, tensor)))) << tag;
    const Proto unmarked = tensor_head("w").bytes(13, entry("location", tag));
    EXPECT_TRUE(refused(with_initializer(unmarked))) << tag;
    Proto hidden = external_tensor("w", tag).bytes(13, entry("location", "w.bin"));
    EXPECT_TRUE(refused(with_initializer(hidden))) << tag;
  }
}

TEST(ScanOnnx, NestsAsDeepAsProtobufAndNoDeeper) {
  const Proto leaf = external_tensor("w", "w.bin");
  // Each graph in a graph is three levels (graph, node, attribute); the innermost has a node of its own.
  EXPECT_EQ(scan(model(nested_graphs(33, leaf))).external_refs.size(), 1u);
  EXPECT_EQ(reason(model(nested_graphs(34, leaf))), "nested-too-deep");
  EXPECT_EQ(reason(model(nested_graphs(2000, leaf))), "nested-too-deep");
}

TEST(ScanOnnx, RefusesWhatIsIncomplete) {
  EXPECT_EQ(reason(""), "empty");
  EXPECT_EQ(reason(Proto().varint(1, 10).bytes(2, "x").bytes(8, opset("", 21))), "no-graph");
  EXPECT_EQ(reason(Proto().varint(1, 10).bytes(7, graph({}))), "no-opset");
  EXPECT_EQ(reason(Proto().bytes(7, graph({})).bytes(8, opset("", 21))), "not-onnx") << "no ir_version";
}

TEST(ScanOnnx, RefusesDamage) {
  const auto damaged = [](const Proto& one) { return reason(one); };
  EXPECT_EQ(damaged(model(graph({})).bytes(7, graph({}))), "malformed") << "two graphs, which protobuf would merge";
  const Proto unmarked = tensor_head("w").bytes(13, entry("location", "../x"));
  const Proto half = attribute("v", 5, unmarked).bytes(5, Proto().varint(14, 1));
  EXPECT_EQ(damaged(model(graph({node("Constant", "c", {half})}))), "malformed") << "a tensor in two halves";
  EXPECT_EQ(damaged(model(graph({})).raw("\x0b")), "malformed") << "a group";
  EXPECT_EQ(damaged(model(Proto(graph({})).varint(5, 1))), "malformed") << "a number where a tensor belongs";
  EXPECT_EQ(damaged(model(Proto(graph({})).raw("\x0a\x7f"))), "malformed") << "a node longer than its graph";
  EXPECT_EQ(damaged(with_initializer(tensor_head("w").varint(8, 1))), "malformed");
  EXPECT_EQ(damaged(with_initializer(tensor_head("w").bytes(14, "x"))), "malformed");
  EXPECT_EQ(damaged(with_initializer(tensor_head("w").bytes(13, "\x0a\x7f"))), "malformed");
  EXPECT_EQ(damaged(with_initializer(tensor_head("w").bytes(1, "\xff"))), "malformed");
  Proto many = model(graph({}));
  for (int i = 0; i < 2000; ++i) many.bytes(8, opset("d", 1));
  EXPECT_EQ(damaged(many), "malformed") << "thousands of operator sets";
}

TEST(ScanOnnx, SkipsWhatItDoesNotKnow) {
  Proto proto = model(Proto(graph({})).bytes(99, "new").varint(31, 5));
  proto.bytes(26, "configuration").varint(1000, 1);
  EXPECT_EQ(scan(proto).num_nodes, 0u);
}

TEST(ScanOnnx, SaysWhereAModelIsCutShort) {
  const std::string data = with_initializer(raw_tensor("w")).data();
  const Error error = error_of([&] { scan_onnx(as_bytes(data.substr(0, 60))); });
  EXPECT_EQ(detail(error, "reason"), "truncated");
  EXPECT_NE(error.message().find("ends at byte 60"), std::string::npos) << error.message();
}

TEST(ScanOnnx, RefusesAModelCutAtAnyByte) {
  Proto proto = with_initializer(external_tensor("w", "weights.bin", "0", "16"));
  proto.bytes(25,
              Proto().bytes(1, "f").bytes(7, node("If", "n", {attribute("a", 6, nested_graphs(3, raw_tensor("v")))})));
  const std::string data = proto.data();
  ASSERT_EQ(scan_onnx(as_bytes(data)).external_refs.size(), 1u);
  size_t accepted = 0;
  for (size_t size = 0; size < data.size(); ++size) {
    // An exact copy, so that the sanitizer sees a read past its end.
    const std::vector<std::byte> cut = to_bytes(std::string_view(data).substr(0, size));
    const std::string what = reason_of([&] { scan_onnx(cut); });
    accepted += what == "(nothing was thrown)";
    EXPECT_TRUE(what == "empty" || what == "truncated" || what == "no-graph" || what == "no-opset" ||
                what == "(nothing was thrown)")
        << size << " " << what;
  }
  EXPECT_EQ(accepted, 1u) << "only the cut between the operator sets and the functions leaves a whole model";
}

TEST(ScanOnnx, DoesNotTouchTheWeights) {
  const std::string weights(size_t{64} << 20, '\x55');
  Proto tensor = tensor_head("w", {16 << 20}).bytes(9, weights);
  const std::string data = with_initializer(tensor).data();
  const auto start = std::chrono::steady_clock::now();
  scan_onnx(as_bytes(data));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace ntrt
