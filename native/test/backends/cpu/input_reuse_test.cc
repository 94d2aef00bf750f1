// An instance keeps what it made of its inputs. Every change between two runs must be seen.

#include <gtest/gtest.h>

#include <random>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::values_of;
using testing::view_of;

class CpuInputReuse : public testing::OrtTest {};

std::vector<float> sum_of(CpuRunner& runner, const TensorView& a, const TensorView& b) {
  return values_of(runner.run({a, b}, {0})[0].view);
}

TEST_F(CpuInputReuse, NewContentInTheSameMemory) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a = {1, 2};
  std::vector<float> b = {0, 0};
  for (int i = 0; i < 5; ++i) {
    a[0] = static_cast<float>(i);
    EXPECT_EQ(sum_of(runner, view_of(a), view_of(b)), a);
  }
}

TEST_F(CpuInputReuse, TheSameShapeInOtherMemory) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> zero = {0, 0};
  std::vector<float> first = {1, 2};
  std::vector<float> second = {3, 4};
  EXPECT_EQ(sum_of(runner, view_of(first), view_of(zero)), first);
  EXPECT_EQ(sum_of(runner, view_of(second), view_of(zero)), second);
  EXPECT_EQ(sum_of(runner, view_of(first), view_of(second)), (std::vector<float>{4, 6}));
}

TEST_F(CpuInputReuse, OtherShapesInTheSameMemory) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"a", "b"}));
  std::vector<float> data = {1, 2, 3, 4, 5, 6};
  for (const Shape& dims : {Shape{2, 3}, Shape{3, 2}, Shape{1, 6}, Shape{6, 1}, Shape{2, 3}}) {
    const auto outputs = runner.run({view_of(dims, data)});
    EXPECT_EQ(outputs[0].view.dims, dims);
    EXPECT_EQ(values_of(outputs[0].view), data);
  }
}

TEST_F(CpuInputReuse, LessAndMoreOfTheSameMemory) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"n"}));
  std::vector<float> data = {1, 2, 3, 4, 5, 6};
  for (const int64_t n : {6, 2, 6, 0, 1}) {
    TensorView view = view_of({n}, data);
    view.bytes = static_cast<size_t>(n) * sizeof(float);
    EXPECT_EQ(values_of(runner.run({view})[0].view), std::vector<float>(data.begin(), data.begin() + n));
  }
}

TEST_F(CpuInputReuse, AFailedRunLeavesNothingWrongBehind) {
  CpuRunner runner(testing::arithmetic_model({"2"}, {"2"}, {"2"}));
  std::vector<float> a = {1, 2};
  std::vector<float> b = {3, 4, 5};
  EXPECT_EQ(sum_of(runner, view_of(a), view_of(a)), (std::vector<float>{2, 4}));
  EXPECT_THROW(sum_of(runner, view_of(a), view_of(b)), Error);
  TensorView short_of_bytes = view_of({2}, b);
  short_of_bytes.bytes = 1;
  EXPECT_THROW(sum_of(runner, view_of(a), short_of_bytes), Error);
  EXPECT_EQ(sum_of(runner, view_of(a), view_of(a)), (std::vector<float>{2, 4}));
}

TEST_F(CpuInputReuse, MemoryOfAnEarlierRunMayBeGone) {
  CpuRunner runner(testing::arithmetic_model());
  for (int i = 0; i < 50; ++i) {
    std::vector<float> a(static_cast<size_t>(1000 + i % 3), static_cast<float>(i));
    std::vector<float> b(a.size(), 1);
    ASSERT_EQ(sum_of(runner, view_of(a), view_of(b)), std::vector<float>(a.size(), static_cast<float>(i + 1)));
  }
}

TEST_F(CpuInputReuse, RandomMixesAreAllRight) {
  CpuRunner runner(testing::arithmetic_model());
  std::mt19937 random(7);
  std::vector<std::vector<float>> memory(4, std::vector<float>(8));
  for (int i = 0; i < 3000; ++i) {
    auto& a = memory[random() % 4];
    auto& b = memory[random() % 4];
    const auto n = static_cast<size_t>(random() % 3 * 4);
    for (size_t k = 0; k < 8; ++k) {
      a[k] = static_cast<float>(random() % 100);
      b[k] = static_cast<float>(random() % 100);
    }
    std::vector<float> expected(n);
    for (size_t k = 0; k < n; ++k) expected[k] = a[k] + b[k];
    const auto view = [n](std::vector<float>& data) {
      return TensorView{DType::kFloat32, {static_cast<int64_t>(n)}, data.data(), n * sizeof(float)};
    };
    ASSERT_EQ(sum_of(runner, view(a), view(b)), expected) << i;
  }
}

}  // namespace
}  // namespace ntrt
