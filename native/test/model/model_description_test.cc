#include "model/model_description.h"

#include <gtest/gtest.h>

#include "model/path_text.h"
#include "test/model/onnx_builder.h"
#include "test/model/shared_bytes.h"
#include "test/model/temp_folder.h"

namespace ntrt {
namespace {

using namespace testing;

ModelDescription describe_bytes(const Proto& proto) {
  ModelRequest request;
  request.bytes = shared_bytes(to_bytes(proto.data()));
  return describe_model(std::move(request));
}

Proto shaped(std::string_view name, uint64_t type, const std::vector<Proto>& dims) {
  Proto shape;
  for (const Proto& dim : dims) shape.bytes(1, dim);
  return Proto().bytes(1, name).bytes(2, Proto().bytes(1, Proto().varint(1, type).bytes(2, shape)));
}

TEST(DescribeModel, TellsInputsAndOutputsByTheirVeryNames) {
  Proto main = graph({node("Add", "a")}, {raw_tensor("w")});
  main.bytes(11, shaped("in\n1", 10, {Proto().bytes(2, "N"), Proto().varint(1, 3), Proto()}));
  main.bytes(11, value_info("w")).bytes(15, Proto().bytes(1, raw_tensor("s"))).bytes(11, value_info("s"));
  const ModelDescription described = describe_bytes(model(main));
  ASSERT_EQ(described.inputs.size(), 2u) << "without initialisers, dense and sparse";
  EXPECT_EQ(described.inputs[0].name, "x");
  EXPECT_FALSE(described.inputs[0].has_shape);
  EXPECT_EQ(described.inputs[1].name, "in\n1");
  EXPECT_EQ(described.inputs[1].type, "float16");
  EXPECT_EQ(described.inputs[1].dims, (std::vector<Dim>{std::string("N"), int64_t{3}, std::string()}));
  ASSERT_EQ(described.outputs.size(), 1u);
  EXPECT_EQ(described.outputs[0].name, "y");
  EXPECT_EQ(described.num_nodes, 1u);
  EXPECT_EQ(described.file_bytes, model(main).data().size());
  EXPECT_EQ(described.precision, "fp16");
}

TEST(DescribeModel, TellsThePrecision) {
  const Proto half = tensor_head("w", {2}, 10).bytes(9, "abcd");
  const Proto brain = tensor_head("v", {2}, 16).bytes(9, "abcd");
  EXPECT_EQ(describe_bytes(model(graph({node("Add", "a")}))).precision, "fp32");
  EXPECT_EQ(describe_bytes(model(graph({}, {brain}))).precision, "bf16");
  EXPECT_EQ(describe_bytes(model(graph({}, {brain, half}))).precision, "fp16");
  EXPECT_EQ(describe_bytes(model(graph({node("QuantizeLinear", "q")}, {half}))).precision, "int8");
}

TEST(DescribeModel, NamesExternalDataWithoutLookingForIt) {
  const TempFolder folder;
  const Proto proto = model(graph({}, {external_tensor("w", "../w.bin", "4096", "24", {2, 3})}));
  ModelRequest request;
  request.path = path_to_utf8(folder.write("model.onnx", proto.data()).parent_path());
  const ModelDescription described = describe_model(std::move(request));
  ASSERT_EQ(described.external_refs.size(), 1u);
  EXPECT_EQ(described.external_refs[0].location, "../w.bin");
  EXPECT_EQ(described.external_refs[0].extent(), 24u);
}

TEST(DescribeModel, RefusesWhatIsNotLoadedEither) {
  EXPECT_EQ(reason_of([] { describe_bytes(model(graph({node("EPContext", "a")}))); }), "compiled-code");
  EXPECT_EQ(reason_of([] { describe_bytes(Proto()); }), "empty");
}

}  // namespace
}  // namespace ntrt
