// Plans with several profiles.
#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

class PlanProfileTest : public PlanTest {
 protected:
  /// 1 or 2 rows, or 4 to 8.
  std::string two_profiles() {
    return build(identity_model(DType::kFloat32, {"N", "4"}), {{"x=1x4,1x4,2x4"}, {"x=4x4,4x4,8x4"}});
  }
};

TEST_F(PlanProfileTest, ARunTakesTheProfileThatHoldsItsShapes) {
  ModelRunner runner(load(two_profiles()));
  for (const size_t rows : {1U, 8U, 2U, 4U, 5U, 1U}) {
    std::vector<float> values = counted_rows(rows);
    EXPECT_EQ(values_of(runner.run({rows_view(values)})[0].view), values) << rows << " rows";
  }
}

TEST_F(PlanProfileTest, AShapeThatNoneHoldsIsRefusedWithTheRangesOfAll) {
  ModelRunner runner(load(two_profiles()));
  std::vector<float> values = counted_rows(3);
  const Error error = error_of([&] { runner.run({rows_view(values)}); });
  EXPECT_EQ(error.code(), Code::kShapeMismatch);
  EXPECT_EQ(detail_of(error, "input"), "x");
  EXPECT_EQ(detail_of(error, "received"), "[3, 4]");
  EXPECT_EQ(detail_of(error, "expected"), "profile 0: [1, 4] to [2, 4]; profile 1: [4, 4] to [8, 4]");
  TensorView other_rank = view_of({12}, values);
  EXPECT_EQ(error_of([&] { runner.run({other_rank}); }).code(), Code::kShapeMismatch);
  TensorView other_size = view_of({2, 6}, values);
  EXPECT_EQ(error_of([&] { runner.run({other_size}); }).code(), Code::kShapeMismatch);
  std::vector<float> two = counted_rows(2);
  EXPECT_EQ(values_of(runner.run({rows_view(two)})[0].view), two);
}

TEST_F(PlanProfileTest, TheInputThatDoesNotFitTheBestProfileIsNamed) {
  const std::string model = arithmetic_model({"n"}, {"m"}, {"k"});
  ModelRunner runner(load(build(model, {{"a=1,1,1", "b=1,1,1"}, {"a=4,4,4", "b=4,4,4"}})));
  std::vector<float> a(4, 1);
  std::vector<float> b(3, 1);
  const Error error = error_of([&] { runner.run({view_of(a), view_of(b)}); });
  EXPECT_EQ(error.code(), Code::kShapeMismatch);
  EXPECT_EQ(detail_of(error, "input"), "b");
}

}  // namespace
}  // namespace ntrt::testing
