// Plans that run: results, types, memory.
#include "test/backends/tensorrt/plans/plan_fixture.h"
#ifndef __SANITIZE_THREAD__
#include "test/support/cpu_model.h"
#endif

namespace ntrt::testing {
namespace {

using RunPlanTest = PlanTest;

#ifndef __SANITIZE_THREAD__
TEST_F(RunPlanTest, GivesTheResultsOfTheCpuBackend) {
  if (const std::string why = prepare_onnxruntime(); !why.empty()) GTEST_SKIP() << why;
  const std::string model = arithmetic_model();
  CpuRunner cpu(model);
  ModelRunner gpu(load(build(model, {{"a=1,4,64", "b=1,4,64"}})));
  for (const size_t count : {1U, 64U, 5U}) {
    std::vector<float> a(count);
    std::vector<float> b(count);
    for (size_t i = 0; i < count; ++i) {
      a[i] = static_cast<float>(i) * 0.5F;
      b[i] = 3.0F - static_cast<float>(i);
    }
    const auto expected = cpu.run({view_of(a), view_of(b)});
    const auto received = gpu.run({view_of(a), view_of(b)});
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(received[i].view.dims, expected[i].view.dims);
      EXPECT_EQ(values_of(received[i].view), values_of(expected[i].view)) << count << " elements, output " << i;
    }
  }
}
#endif

class RunPlanTypeTest : public PlanTest, public ::testing::WithParamInterface<DType> {};

TEST_P(RunPlanTypeTest, CarriesAllBitsOfTheType) {
  const DType type = GetParam();
  ModelRunner runner(load(build(identity_model(type, {"N", "3"}), {{"x=0x3,2x3,5x3"}})));
  EXPECT_EQ(runner.model().signature().inputs[0].type, type);
  for (const int64_t rows : {2, 0, 5}) {
    std::vector<uint8_t> bytes(static_cast<size_t>(rows) * 3 * dtype_size(type));
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = type == DType::kBool ? i % 2 : static_cast<uint8_t>(i * 37);
    const auto outputs = runner.run({view_of(type, {rows, 3}, bytes)});
    EXPECT_EQ(outputs[0].view.type, type);
    EXPECT_EQ(outputs[0].view.dims, (Shape{rows, 3}));
    EXPECT_EQ(values_of<uint8_t>(outputs[0].view), bytes);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RunPlanTypeTest,
                         ::testing::Values(DType::kFloat32, DType::kFloat16, DType::kBFloat16, DType::kInt8,
                                           DType::kUint8, DType::kInt32, DType::kInt64, DType::kBool),
                         [](const auto& info) { return std::string(dtype_name(info.param)); });

TEST_F(RunPlanTest, RunsAScalar) {
  ModelRunner runner(load(build(identity_model(DType::kFloat32, {}), {})));
  std::vector<float> value = {42};
  const auto outputs = runner.run({view_of({}, value)});
  EXPECT_EQ(outputs[0].view.dims, Shape{});
  EXPECT_EQ(values_of(outputs[0].view), value);
}

TEST_F(RunPlanTest, RunsBatchesOfAllSizesOneAfterTheOther) {
  ModelRunner runner(load(identity_plan()));
  for (const size_t rows : {1U, 8U, 3U, 8U, 1U}) {
    std::vector<float> values = counted_rows(rows);
    EXPECT_EQ(values_of(runner.run({rows_view(values)})[0].view), values);
  }
}

TEST_F(RunPlanTest, ResultsStayAsTheyAreWhenTheInstanceRunsAgain) {
  std::vector<OutputRequest> first;
  std::vector<float> a = counted_rows(2, 100);
  {
    ModelRunner runner(load(identity_plan()));
    first = runner.run({rows_view(a)});
    std::vector<float> b = counted_rows(2, 200);
    EXPECT_EQ(values_of(runner.run({rows_view(b)})[0].view), b);
    EXPECT_EQ(values_of(first[0].view), a);
  }
  EXPECT_EQ(values_of(first[0].view), a);  // also without the engine
}

TEST_F(RunPlanTest, WritesIntoTheCallersMemory) {
  ModelRunner runner(load(identity_plan()));
  std::vector<float> values = counted_rows(3);
  std::vector<float> target(12, -1);
  runner.run_into({rows_view(values)}, rows_view(target));
  EXPECT_EQ(target, values);
}

TEST_F(RunPlanTest, LeavesMemoryOfAnotherShapeAloneAndRunsAgain) {
  ModelRunner runner(load(identity_plan()));
  std::vector<float> values = counted_rows(3);
  std::vector<float> target(8, -1);
  const Error error = error_of([&] { runner.run_into({rows_view(values)}, rows_view(target)); });
  EXPECT_EQ(error.code(), Code::kShapeMismatch);
  EXPECT_NE(error.message().find("'into'"), std::string::npos);
  EXPECT_EQ(target, std::vector<float>(8, -1));
  EXPECT_EQ(values_of(runner.run({rows_view(values)})[0].view), values);
}

#ifndef __SANITIZE_THREAD__
TEST_F(RunPlanTest, GivesTheOutputsThatAreAskedForOnly) {
  ModelRunner runner(load(build(arithmetic_model(), {{"a=1,4,8", "b=1,4,8"}})));
  std::vector<float> a = {5, 7};
  std::vector<float> b = {2, 3};
  const auto outputs = runner.run({view_of(a), view_of(b)}, {2, 0});
  EXPECT_EQ(values_of(outputs[0].view), (std::vector<float>{10, 21}));
  EXPECT_EQ(values_of(outputs[1].view), (std::vector<float>{7, 10}));
}
#endif

TEST_F(RunPlanTest, RefusesOtherTypesAndSizesOfInputs) {
  ModelRunner runner(load(identity_plan()));
  std::vector<float> values = counted_rows(2);
  TensorView view = rows_view(values);
  view.type = DType::kInt32;
  Error error = error_of([&] { runner.run({view}); });
  EXPECT_EQ(error.code(), Code::kInvalidArgument);
  EXPECT_EQ(detail_of(error, "expected"), "float32");
  EXPECT_EQ(detail_of(error, "received"), "int32");
  view = rows_view(values);
  view.bytes -= 1;
  error = error_of([&] { runner.run({view}); });
  EXPECT_EQ(error.code(), Code::kInvalidArgument);
  EXPECT_EQ(detail_of(error, "received"), "31");
  error = error_of([&] { runner.run({}); });
  EXPECT_EQ(error.code(), Code::kInvalidArgument);
  EXPECT_EQ(values_of(runner.run({rows_view(values)})[0].view), values);
}

TEST_F(RunPlanTest, RefusesOutputsWhoseShapeDependsOnData) {
  const std::string model = make_model({{operation("NonZero", {"x"}, {"y"})},
                                        {typed_value("x", DType::kFloat32, {"4"})},
                                        {typed_value("y", DType::kInt64, {"1", "n"})},
                                        {}});
  ModelRunner runner(load(build(model, {})));
  std::vector<float> values = counted_rows(1);
  const Error error = error_of([&] { runner.run({view_of(values)}); });
  EXPECT_EQ(error.code(), Code::kUnsupported);
  EXPECT_EQ(detail_of(error, "reason"), "data-dependent-shape");
  EXPECT_EQ(detail_of(error, "output"), "y");
}

TEST_F(RunPlanTest, DoesNotRunOnceItWasTerminated) {
  ModelRunner runner(load(identity_plan()));
  runner.instance().terminate();
  std::vector<float> values = counted_rows(2);
  EXPECT_EQ(error_of([&] { runner.run({rows_view(values)}); }).code(), Code::kBackendError);
}

}  // namespace
}  // namespace ntrt::testing
