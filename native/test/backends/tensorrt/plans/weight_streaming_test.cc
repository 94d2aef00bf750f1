// Plans whose weights may stay in the host's memory.
#include "backends/tensorrt/module/runtime_api.h"
#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

constexpr size_t kNumWeights = 4096;
constexpr int64_t kBytes = kNumWeights * sizeof(float);

class WeightStreamingTest : public PlanTest {
 protected:
  PlanRequest limited(int64_t budget) {
    PlanRequest one = request(build(weights_model(kNumWeights), {}, {"--flag", "weightStreaming"}));
    one.weight_budget = budget;
    return one;
  }
  static std::string streaming_of(const LoadedModel& model) {
    const std::string facts = model.facts();
    const size_t start = facts.find(R"("weightStreaming":)");
    return facts.substr(start, facts.find('}', start) + 1 - start);
  }
  static std::string streaming(int64_t budget, int64_t scratch) {
    return R"("weightStreaming":{"streamableBytes":)" + std::to_string(kBytes) + R"(,"budgetBytes":)" +
           std::to_string(budget) + R"(,"scratchBytes":)" + std::to_string(scratch) + "}";
  }
};

TEST_F(WeightStreamingTest, KeepsAllWeightsOnTheDeviceByItself) {
  PlanRequest one = limited(0);
  one.weight_budget.reset();
  EXPECT_EQ(streaming_of(*load(one)), streaming(kBytes, 0));
}

TEST_F(WeightStreamingTest, TakesLessDeviceMemoryWithABudget) {
  PlanRequest one = limited(1024);
  const auto model = load(one);
  const auto used = STANDIN(standin_used_bytes)(0);
  EXPECT_EQ(streaming_of(*model), streaming(1024, 8192));
  one.weight_budget.reset();
  const auto whole = load(one);
  EXPECT_EQ(STANDIN(standin_used_bytes)(0) - used, used + kBytes - 1024);
}

TEST_F(WeightStreamingTest, TakesAsManyWeightsAsThereAre) {
  EXPECT_EQ(streaming_of(*load(limited(kBytes * 2))), streaming(kBytes, 0));
}

TEST_F(WeightStreamingTest, LeavesTheBudgetToTensorRt) {
  EXPECT_EQ(streaming_of(*load(limited(NTRT_WEIGHTS_AUTOMATIC))), streaming(kBytes / 2, 8192));
}

TEST_F(WeightStreamingTest, RunsWithNoWeightsOnTheDevice) {
  ModelRunner runner(load(limited(0)));
  std::vector<float> x(kNumWeights, 0.5F);
#ifndef __SANITIZE_THREAD__  // what computes there knows no weights
  const std::vector<float> expected(kNumWeights, 1.5F);
#else
  const std::vector<float> expected = x;
#endif
  EXPECT_EQ(values_of(runner.run({view_of(x)})[0].view), expected);
}

TEST_F(WeightStreamingTest, IsRefusedWhereThePlanWasNotBuiltForIt) {
  PlanRequest one = request(identity_plan());
  one.weight_budget = 0;
  const Error error = error_of([&] { load(one); });
  EXPECT_EQ(error.code(), Code::kUnsupported);
  EXPECT_EQ(detail_of(error, "reason"), "not-streamable");
}

TEST_F(WeightStreamingTest, SaysThatABudgetIsNotTaken) {
  const Error error = error_of([&] { load(limited(-5)); });
  EXPECT_EQ(error.code(), Code::kBackendError);
  EXPECT_EQ(detail_of(error, "reason"), "weight-budget");
}

}  // namespace
}  // namespace ntrt::testing
