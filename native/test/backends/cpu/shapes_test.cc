// Scalars, empty tensors, dynamic dimensions; and inputs that do not fit the model.

#include <gtest/gtest.h>

#include <variant>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::error_of;
using testing::values_of;
using testing::view_of;

class CpuShapes : public testing::OrtTest {};

TEST_F(CpuShapes, AScalarHasNoDimensions) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {}));
  EXPECT_TRUE(runner.model().signature().inputs[0].dims.empty());
  std::vector<float> data = {42};
  const auto outputs = runner.run({view_of({}, data)});
  EXPECT_TRUE(outputs[0].view.dims.empty());
  EXPECT_EQ(outputs[0].view.bytes, sizeof(float));
  EXPECT_EQ(values_of(outputs[0].view), data);
}

TEST_F(CpuShapes, EmptyTensorsNeedNoMemory) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> none;
  const auto outputs = runner.run({view_of(none), view_of(none)});
  for (const OutputRequest& output : outputs) {
    EXPECT_EQ(output.view.dims, Shape{0});
    EXPECT_EQ(output.view.bytes, 0U);
  }
  runner.run_into({view_of(none), view_of(none)}, view_of(none));
}

TEST_F(CpuShapes, AZeroAmongOtherDimensionsStaysAShape) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"a", "b", "4"}));
  std::vector<float> none;
  EXPECT_EQ(runner.run({view_of({3, 0, 4}, none)})[0].view.dims, (Shape{3, 0, 4}));
}

TEST_F(CpuShapes, DynamicDimensionsMayChangeFromRunToRun) {
  CpuRunner runner(testing::arithmetic_model());
  for (const size_t n : {size_t{5}, size_t{1}, size_t{100000}, size_t{0}, size_t{5}}) {
    std::vector<float> a(n, 3);
    std::vector<float> b(n, 2);
    const auto outputs = runner.run({view_of(a), view_of(b)});
    EXPECT_EQ(values_of(outputs[0].view), std::vector<float>(n, 5)) << n;
    EXPECT_EQ(values_of(outputs[1].view), std::vector<float>(n, 1)) << n;
    EXPECT_EQ(values_of(outputs[2].view), std::vector<float>(n, 6)) << n;
  }
}

TEST_F(CpuShapes, TheSignatureNamesThem) {
  const auto model = testing::load_on_cpu(testing::arithmetic_model({"batch", "3", ""}, {"7"}, {"out"}));
  const Signature& signature = model->signature();
  ASSERT_EQ(signature.inputs.size(), 2U);
  ASSERT_EQ(signature.outputs.size(), 3U);
  EXPECT_EQ(signature.inputs[0].name, "a");
  EXPECT_EQ(signature.inputs[0].dims, (std::vector<Dim>{"batch", int64_t{3}, ""}));
  EXPECT_EQ(signature.inputs[1].dims, (std::vector<Dim>{int64_t{7}}));
  EXPECT_FALSE(signature.inputs[0].any_rank);
  EXPECT_EQ(signature.outputs[1].name, "difference");
}

TEST_F(CpuShapes, AnInputWithoutAShapeTakesAnyRank) {
  const auto value = [](std::string_view name) {
    return testing::Proto().bytes(1, name).bytes(2, testing::Proto().bytes(1, testing::Proto().varint(1, 1)));
  };
  CpuRunner runner(
      testing::make_model({{testing::operation("Identity", {"x"}, {"y"})}, {value("x")}, {value("y")}, {}}));
  EXPECT_TRUE(runner.model().signature().inputs[0].any_rank);
  std::vector<float> data = {1, 2, 3, 4};
  for (const Shape& dims : {Shape{4}, Shape{2, 2}, Shape{1, 4, 1}}) {
    EXPECT_EQ(runner.run({view_of(dims, data)})[0].view.dims, dims);
  }
}

TEST_F(CpuShapes, AWrongInputIsAnErrorAndTheNextRunIsRight) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"2", "2"}));
  std::vector<float> data = {1, 2, 3, 4};
  EXPECT_EQ(error_of([&] { runner.run({view_of({4}, data)}); }).code(), Code::kBackendError) << "rank";
  EXPECT_EQ(error_of([&] { runner.run({view_of({1, 4}, data)}); }).code(), Code::kBackendError) << "sizes";
  std::vector<double> wrong(4);
  EXPECT_EQ(error_of([&] { runner.run({view_of(DType::kFloat64, {2, 2}, wrong)}); }).code(), Code::kBackendError);
  EXPECT_EQ(values_of(runner.run({view_of({2, 2}, data)})[0].view), data);
}

TEST_F(CpuShapes, MoreElementsThanBytesIsAnErrorNotARead) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"n"}));
  std::vector<float> data(4);
  TensorView view = view_of(data);
  view.dims = {5};
  EXPECT_THROW(runner.run({view}), Error);
}

}  // namespace
}  // namespace ntrt
