// Outputs written into memory of the caller's.

#include <gtest/gtest.h>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::error_of;
using testing::values_of;
using testing::view_of;

class CpuInto : public testing::OrtTest {};

TEST_F(CpuInto, TheRightShapeIsFilled) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a = {1, 2, 3};
  std::vector<float> b = {10, 20, 30};
  std::vector<float> sum(3);
  runner.run_into({view_of(a), view_of(b)}, view_of(sum));
  EXPECT_EQ(sum, (std::vector<float>{11, 22, 33}));
}

TEST_F(CpuInto, NothingIsOwnedAfterwards) {
  const uint64_t before = host_pool().stats().allocated.current;
  {
    CpuRunner runner(testing::arithmetic_model());
    std::vector<float> a(1000, 1);
    std::vector<float> sum(1000);
    const uint64_t loaded = host_pool().stats().allocated.current;
    for (int i = 0; i < 5; ++i) runner.run_into({view_of(a), view_of(a)}, view_of(sum));
    EXPECT_EQ(host_pool().stats().allocated.current, loaded);
  }
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST_F(CpuInto, MayBeMixedWithOutputsOfTheBackends) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a = {5, 6};
  std::vector<float> b = {1, 2};
  std::vector<float> difference(2);
  std::vector<OutputRequest> outputs(3);
  for (size_t i = 0; i < 3; ++i) outputs[i].index = i;
  outputs[1].into = true;
  outputs[1].view = view_of(difference);
  std::vector<TensorView> inputs = {view_of(a), view_of(b)};
  runner.instance().run(inputs, outputs);
  EXPECT_EQ(values_of(outputs[0].view), (std::vector<float>{6, 8}));
  EXPECT_EQ(difference, (std::vector<float>{4, 4}));
  EXPECT_EQ(values_of(outputs[2].view), (std::vector<float>{5, 12}));
}

TEST_F(CpuInto, MayBeTheInputsOwnMemory) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"n"}));
  std::vector<float> data = {1, 2, 3};
  runner.run_into({view_of(data)}, view_of(data));
  EXPECT_EQ(data, (std::vector<float>{1, 2, 3}));
}

TEST_F(CpuInto, AnotherShapeIsAShapeMismatchAndNothingBeyondIsWritten) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a = {1, 2, 3, 4};
  const std::vector<Shape> wrong = {{3}, {5}, {2, 2}, {4, 1}, {}, {0}};
  for (const Shape& dims : wrong) {
    std::vector<float> memory(16, -1);
    TensorView view = view_of(dims, memory);
    view.bytes = element_count(dims) * sizeof(float);
    const Error error = error_of([&] { runner.run_into({view_of(a), view_of(a)}, view); });
    EXPECT_EQ(error.code(), Code::kShapeMismatch) << to_string(dims) << ": " << error.message();
    for (size_t i = element_count(dims); i < memory.size(); ++i) ASSERT_EQ(memory[i], -1.0F) << to_string(dims);
  }
  std::vector<float> sum(4);
  runner.run_into({view_of(a), view_of(a)}, view_of(sum));
  EXPECT_EQ(sum, (std::vector<float>{2, 4, 6, 8})) << "the run after a mismatch";
}

TEST_F(CpuInto, AnotherShapeThanAnIdentityGivesIsAShapeMismatch) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"n"}));
  std::vector<float> x = {1, 2, 3, 4};
  std::vector<float> memory(2, -1);
  const Error error = error_of([&] { runner.run_into({view_of(x)}, view_of(memory)); });
  EXPECT_EQ(error.code(), Code::kShapeMismatch) << error.message();
}

// The inputs are wrong; 'into' has nothing to do with it.
TEST_F(CpuInto, IsNotBlamedForABadInput) {
  std::vector<float> three(3);
  std::vector<float> four(4);
  std::vector<float> result(4);
  CpuRunner sum(testing::arithmetic_model());
  CpuRunner fixed(testing::identity_model(DType::kFloat32, {"3"}));
  for (const Error& error : {error_of([&] { sum.run_into({view_of(three), view_of(four)}, view_of(result)); }),
                             error_of([&] { fixed.run_into({view_of(four)}, view_of(result)); })}) {
    EXPECT_EQ(error.message().find("an output does not fit"), std::string::npos) << error.message();
  }
}

TEST_F(CpuInto, OtherMemoryAndOtherShapesFromRunToRun) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<std::vector<float>> memory(3, std::vector<float>(6));
  for (int i = 0; i < 60; ++i) {
    std::vector<float>& sum = memory[static_cast<size_t>(i) % 3];
    const size_t n = 1 + static_cast<size_t>(i) % 5;
    std::vector<float> a(n, static_cast<float>(i));
    sum.assign(6, -1);
    TensorView view = view_of({static_cast<int64_t>(n)}, sum);
    view.bytes = n * sizeof(float);
    runner.run_into({view_of(a), view_of(a)}, view);
    for (size_t k = 0; k < 6; ++k) ASSERT_EQ(sum[k], k < n ? static_cast<float>(2 * i) : -1.0F) << i;
  }
}

}  // namespace
}  // namespace ntrt
