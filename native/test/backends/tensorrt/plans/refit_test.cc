// Plans that get their weights from an ONNX model when they are loaded.
#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

constexpr size_t kCount = 64;

class RefitTest : public PlanTest {
 protected:
  /// y = x + value, refitted with the weights of `model`.
  PlanRequest refitted(const std::string& plan, const std::string& model) {
    PlanRequest one = request(plan);
    one.weights = folder_.write("weights.onnx", model).string();
    return one;
  }
  std::string plan_with(std::vector<std::string> flags, float value = 1) {
    std::vector<std::string> words;
    for (const std::string& flag : flags) words.insert(words.end(), {"--flag", flag});
    return build(weights_model(kCount, value), {}, words);
  }
  /// What is added to x.
  static float added(std::unique_ptr<LoadedModel> model) {
    ModelRunner runner(std::move(model));
    std::vector<float> x(kCount, 0.5F);
    return values_of(runner.run({view_of(x)})[0].view)[kCount - 1] - 0.5F;
  }
  static void expect_added(std::unique_ptr<LoadedModel> model, float value) {
#ifdef __SANITIZE_THREAD__  // what computes there knows no weights
    value = 0;
#endif
    EXPECT_EQ(added(std::move(model)), value);
  }
};

TEST_F(RefitTest, ReplacesTheWeightsOfAPlan) {
  const std::string plan = plan_with({"refit"});
  expect_added(load(plan), 1);
  expect_added(load(refitted(plan, weights_model(kCount, 7))), 7);
  expect_added(load(plan), 1);
}

TEST_F(RefitTest, PutsWeightsIntoAPlanThatWasStripped) {
  const std::string plan = plan_with({"stripPlan", "refitIdentical"}, 3);
  expect_added(load(refitted(plan, weights_model(kCount, 3))), 3);
}

TEST_F(RefitTest, MakesInstancesOfAStrippedPlanOnlyWithWeights) {
  const auto model = load(plan_with({"stripPlan"}));
  const Error error = error_of([&] { model->create_instance(); });
  EXPECT_NE(error.message().find("stripped of its weights"), std::string::npos) << error.message();
}

TEST_F(RefitTest, IsRefusedWhereThePlanWasNotBuiltForIt) {
  const Error error = error_of([&] { load(refitted(plan_with({}), weights_model(kCount, 7))); });
  EXPECT_EQ(error.code(), Code::kUnsupported);
  EXPECT_EQ(detail_of(error, "reason"), "not-refittable");
}

TEST_F(RefitTest, RefusesWeightsOfAnotherSizeWithTheirName) {
  const Error error = error_of([&] { load(refitted(plan_with({"refit"}), weights_model(kCount + 1))); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_EQ(detail_of(error, "reason"), "refit");
  EXPECT_NE(error.message().find("the weights w do not fit"), std::string::npos) << error.message();
}

TEST_F(RefitTest, NamesTheWeightsThatAModelDoesNotHave) {
  const std::string plan = plan_with({"stripPlan"});
  const Error error = error_of([&] { load(refitted(plan, weights_model(kCount, 1, "v"))); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_EQ(detail_of(error, "missing"), "w");
  EXPECT_NE(error.message().find("also needs w"), std::string::npos) << error.message();
}

TEST_F(RefitTest, SaysWhatIsWrongWithAFileThatIsNoModel) {
  const std::string plan = plan_with({"refit"});
  EXPECT_EQ(detail_of(error_of([&] { load(refitted(plan, "no model")); }), "reason"), "refit");
  PlanRequest one = request(plan);
  one.weights = (folder_ / "nothing.onnx").string();
  const Error error = error_of([&] { load(one); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_NE(error.message().find("cannot open"), std::string::npos) << error.message();
}

TEST_F(RefitTest, SaysWhatFailedAndLeavesNothingBehind) {
  const std::string plan = plan_with({"refit"});
  const PlanRequest one = refitted(plan, weights_model(kCount, 7));
  {
    const Setting fault("STANDIN_FAULTS", "refitCudaEngine");
    EXPECT_EQ(detail_of(error_of([&] { load(one); }), "reason"), "refit");
  }
  {
    const Setting fault("STANDIN_FAULTS", "createInferRefitter");
    EXPECT_EQ(detail_of(error_of([&] { load(one); }), "reason"), "no-refitter");
  }
  expect_added(load(one), 7);
}

}  // namespace
}  // namespace ntrt::testing
