// What is loaded, what is known of it, and what is refused.
#include <regex>

#include "test/backends/tensorrt/plans/plan_fixture.h"
#include "test/support/built.h"

namespace ntrt::testing {
namespace {

using LoadPlanTest = PlanTest;

TEST_F(LoadPlanTest, TellsTensorsWithTheNamesOfTheRequest) {
  PlanRequest one =
      request(build(arithmetic_model({"n", "4"}, {"n", "4"}, {"n", "4"}), {{"a=1x4,2x4,8x4", "b=1x4,2x4,8x4"}}));
  one.inputs = {{"a", {std::string("rows"), int64_t{4}}, {3, 4}}, {"b", {std::string("another rank")}, {3}}};
  one.outputs = {{"product", {std::string("rows"), std::string("not open")}, {}}};
  const auto model = load(one);
  const Signature& signature = model->signature();
  ASSERT_EQ(signature.inputs.size(), 2U);
  ASSERT_EQ(signature.outputs.size(), 3U);
  EXPECT_EQ(signature.inputs[0].name, "a");
  EXPECT_EQ(signature.inputs[0].dims, (std::vector<Dim>{std::string("rows"), int64_t{4}}));
  EXPECT_EQ(signature.inputs[0].usual, (Shape{3, 4}));
  EXPECT_EQ(signature.inputs[1].usual, Shape{});
  EXPECT_EQ(signature.inputs[1].dims, (std::vector<Dim>{std::string(), int64_t{4}}));
  EXPECT_EQ(signature.outputs[0].dims, (std::vector<Dim>{std::string(), int64_t{4}}));
  EXPECT_EQ(signature.outputs[2].name, "product");
  EXPECT_EQ(signature.outputs[2].dims, (std::vector<Dim>{std::string("rows"), int64_t{4}}));
}

TEST_F(LoadPlanTest, TellsLibraryDeviceProfilesAndScratchMemory) {
  const std::string facts = load(identity_plan())->facts();
  EXPECT_NE(facts.find(R"("flavour":")" + std::string(built::kBackendFlavour) + R"(","version":")"), std::string::npos)
      << facts;
  EXPECT_NE(facts.find(R"("device":{"index":0,"name":"Stand-in GPU","uuid":"GPU-)"), std::string::npos) << facts;
  EXPECT_NE(facts.find(R"("computeCapability":"8.6")"), std::string::npos) << facts;
  EXPECT_NE(facts.find(R"("profiles":[[{"input":"x","min":[1,4],"opt":[2,4],"max":[8,4]}]])"), std::string::npos)
      << facts;
  EXPECT_NE(
      facts.find(
          R"("shapeTensors":[],"scratchBytes":65536,"weightStreaming":null,"runtimeCache":{"path":"","state":"none"}})"),
      std::string::npos)
      << facts;
}

TEST_F(LoadPlanTest, FindsTheDeviceByIndexAndUuid) {
  PlanRequest one = request(identity_plan());
  one.device = "1";
  const std::string facts = load(one)->facts();
  EXPECT_NE(facts.find(R"("device":{"index":1,)"), std::string::npos) << facts;
  std::smatch uuid;
  ASSERT_TRUE(std::regex_search(facts, uuid, std::regex("GPU-[0-9a-f-]+")));
  one.device = uuid.str();
  EXPECT_EQ(load(one)->facts(), facts);
  one.device = "3";
  const Error error = error_of([&] { load(one); });
  EXPECT_EQ(error.code(), Code::kInvalidArgument);
  EXPECT_EQ(detail_of(error, "option"), "device");
  EXPECT_EQ(detail_of(error, "received"), "3");
  EXPECT_NE(error.message().find(uuid.str()), std::string::npos) << error.message();
}

TEST_F(LoadPlanTest, TakesAPlanFromTheMiddleOfAFile) {
  const std::string plan = identity_plan();
  PlanRequest one = request("header" + plan + "trailer");
  one.offset = 6;
  one.bytes = plan.size();
  ModelRunner runner(load(one));
  std::vector<float> values = counted_rows(2);
  EXPECT_EQ(values_of(runner.run({rows_view(values)})[0].view), values);
}

TEST_F(LoadPlanTest, RefusesAFileThatEndsBeforeThePlanDoes) {
  const std::string plan = identity_plan();
  PlanRequest one = request(plan);
  for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{
           {1, plan.size()}, {plan.size() + 1, 0}, {8, UINT64_MAX - 4}, {UINT64_MAX, 1}}) {
    one.offset = offset;
    one.bytes = bytes;
    const Error error = error_of([&] { load(one); });
    EXPECT_EQ(error.code(), Code::kModelInvalid);
    EXPECT_EQ(detail_of(error, "reason"), "truncated");
  }
  one.file = (folder_ / "nothing").string();
  EXPECT_EQ(detail_of(error_of([&] { load(one); }), "reason"), "not-found");
}

TEST_F(LoadPlanTest, RefusesAPlanThatIsCutShortAtAnyLength) {
  const std::string plan = identity_plan();
  for (size_t bytes = 0; bytes < plan.size(); bytes += 1 + bytes / 16) {
    const Error error = error_of([&] { load(plan.substr(0, bytes)); });
    EXPECT_EQ(error.code(), Code::kEngineIncompatible) << bytes << " bytes: " << error.message();
    EXPECT_NE(detail_of(error, "reason"), "");
  }
}

TEST_F(LoadPlanTest, RefusesADamagedPlanWithWhatTensorRtSays) {
  std::string plan = identity_plan();
  plan.back() ^= 1;
  const Error error = error_of([&] { load(plan); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_EQ(detail_of(error, "reason"), "refused");
  EXPECT_NE(detail_of(error, "log").find("damaged"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("damaged"), std::string::npos) << error.message();
}

TEST_F(LoadPlanTest, RefusesAPlanOfTheOtherFlavour) {
  const std::string other =
      build(identity_model(DType::kFloat32, {"N", "4"}), {{"x=1x4,2x4,8x4"}}, {}, built::kOtherModule);
  const Error error = error_of([&] { load(other); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible) << error.message();
}

#ifdef BACKEND_IS_RTX
TEST_F(LoadPlanTest, RefusesAPlanForAnotherGpuAndNamesThisOne) {
  const std::string plan =
      build(identity_model(DType::kFloat32, {"N", "4"}), {{"x=1x4,2x4,8x4"}}, {"--target", "sm120"});
  const Error error = error_of([&] { load(plan); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_EQ(detail_of(error, "reason"), "invalid");
  EXPECT_EQ(detail_of(error, "computeCapability"), "8.6");
  EXPECT_NE(error.message().find("not built for this GPU's compute capability"), std::string::npos) << error.message();
}

#else
TEST_F(LoadPlanTest, NeverRunsCodeThatAPlanBrings) {
  const std::string plan =
      build(identity_model(DType::kFloat32, {"N", "4"}), {{"x=1x4,2x4,8x4"}}, {"--flag", "versionCompatible"});
  const Error error = error_of([&] { load(plan); });
  EXPECT_EQ(error.code(), Code::kEngineIncompatible);
  EXPECT_NE(error.message().find("not allowed"), std::string::npos) << error.message();
}
#endif

TEST_F(LoadPlanTest, SaysThatThereIsNoLibrary) {
  PlanRequest one = request(identity_plan());
  one.library = (folder_ / "libnvinfer.so.11").string();
  const Error error = error_of([&] { load(one); });
  EXPECT_EQ(error.code(), Code::kBackendUnavailable);
  EXPECT_EQ(detail_of(error, "backend"), built::kBackendFlavour);
  EXPECT_NE(detail_of(error, "tried").find(one.library), std::string::npos);
}

}  // namespace
}  // namespace ntrt::testing
