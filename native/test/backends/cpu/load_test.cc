// What the backend makes of models that it cannot load, and of those with external data in memory.

#include <gtest/gtest.h>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::error_of;
using testing::load_on_cpu;
using testing::make_model;
using testing::operation;
using testing::typed_value;

class CpuLoad : public testing::OrtTest {
 protected:
  static std::string one_operation(const testing::Proto& op) {
    return make_model(
        {{op}, {typed_value("x", DType::kFloat32, {"n"})}, {typed_value("y", DType::kFloat32, {"n"})}, {}});
  }
};

TEST_F(CpuLoad, AnUnknownOperatorIsAnInvalidModel) {
  const Error error = error_of([] { load_on_cpu(one_operation(operation("NoSuchThing", {"x"}, {"y"}))); });
  EXPECT_EQ(error.code(), Code::kModelInvalid);
  EXPECT_NE(error.message().find("NoSuchThing"), std::string::npos) << error.message();
}

TEST_F(CpuLoad, AMissingInputIsAnInvalidModel) {
  EXPECT_EQ(error_of([] { load_on_cpu(one_operation(operation("Neg", {"nowhere"}, {"y"}))); }).code(),
            Code::kModelInvalid);
}

TEST_F(CpuLoad, AContradictionInTypesIsAnInvalidModel) {
  EXPECT_EQ(error_of([] {
              load_on_cpu(make_model({{operation("Neg", {"x"}, {"y"})},
                                      {typed_value("x", DType::kFloat32, {"n"})},
                                      {typed_value("y", DType::kInt64, {"n"})},
                                      {}}));
            }).code(),
            Code::kModelInvalid);
}

TEST_F(CpuLoad, AFailureLeavesNothingAllocated) {
  {
    CpuRunner warm_up(testing::arithmetic_model());
  }
  const uint64_t base = host_pool().stats().allocated.current;
  for (int i = 0; i < 5; ++i) EXPECT_THROW(load_on_cpu(one_operation(operation("NoSuchThing", {"x"}, {"y"}))), Error);
  EXPECT_EQ(host_pool().stats().allocated.current, base);
}

TEST_F(CpuLoad, ASequenceIsUnsupported) {
  const auto tensor = testing::Proto().bytes(1, testing::Proto().varint(1, 1));
  const auto sequence = testing::Proto().bytes(4, testing::Proto().bytes(1, tensor));
  const std::string model = make_model({{operation("SequenceConstruct", {"x"}, {"y"})},
                                        {typed_value("x", DType::kFloat32, {"n"})},
                                        {testing::Proto().bytes(1, "y").bytes(2, sequence)},
                                        {}});
  const Error error = error_of([&] { load_on_cpu(model); });
  EXPECT_EQ(error.code(), Code::kUnsupported) << error.message();
  EXPECT_EQ(testing::detail(error, "tensor"), "y");
}

TEST_F(CpuLoad, ACancelledLoadSaysSo) {
  ModelSource source = ModelSource::from_bytes(testing::shared_bytes(testing::to_bytes(testing::weights_model(1000))));
  source.verify();
  LoadCancellation cancellation;
  cancellation.cancel();
  const auto backend = create_backend({.library_path = testing::onnxruntime_path()});
  const Error error = error_of([&] { backend->load(source, {}, cancellation); });
  EXPECT_EQ(error.code(), Code::kNotOpen) << error.message();
}

TEST_F(CpuLoad, ExternalDataInMemoryIsUsed) {
  std::vector<float> weights = {10, 20, 30, 40};
  std::vector<std::byte> bytes(sizeof(float) * 4);
  std::memcpy(bytes.data(), weights.data(), bytes.size());
  const std::string model = make_model({{operation("Add", {"x", "w"}, {"y"})},
                                        {typed_value("x", DType::kFloat32, {"4"})},
                                        {typed_value("y", DType::kFloat32, {"4"})},
                                        {testing::external_tensor("w", "weights.bin", "0", "16")}});
  const auto loaded = load_on_cpu(model, {}, {{"weights.bin", testing::shared_bytes(bytes)}});
  std::vector<float> x = {1, 2, 3, 4};
  std::vector<TensorView> inputs = {testing::view_of(x)};
  std::vector<OutputRequest> outputs(1);
  loaded->create_instance()->run(inputs, outputs);
  EXPECT_EQ(testing::values_of(outputs[0].view), (std::vector<float>{11, 22, 33, 44}));
}

}  // namespace
}  // namespace ntrt
