// What the addon makes of what a module says, with a module that is part of the test.

#include "backends/tensorrt/module_model.h"

#include <gtest/gtest.h>

#include <array>

#include "test/support/model_runner.h"
#include "test/support/onnx_models.h"

struct NtrtEngine {};
struct NtrtInstance {};

namespace ntrt::testing {
namespace {

/// What the module was asked, and what it answers.
struct ModuleScript {
  std::string calls;
  const NtrtFailure* failure = nullptr;
  std::array<int64_t, 2> result_dims = {1, 2};
  std::vector<float> result = {5, 6};
};
ModuleScript script;

constexpr std::array<int64_t, 2> kOpen = {-1, 2};
constexpr NtrtTensorFacts kInput{"x", static_cast<int32_t>(DType::kFloat32), kOpen.data(), kOpen.size()};
constexpr NtrtTensorFacts kOutput{"y", static_cast<int32_t>(DType::kFloat32), kOpen.data(), kOpen.size()};
constexpr NtrtEngineFacts kFacts{sizeof(NtrtEngineFacts), &kInput, 1, &kOutput, 1, "{}"};

NtrtEngine only_engine;
NtrtInstance only_instance;

const NtrtFailure* create_scripted(NtrtEngine*, NtrtInstance** instance) {
  script.calls += "create ";
  *instance = &only_instance;
  return nullptr;
}

const NtrtFailure* run_scripted(NtrtInstance*, const NtrtInput* inputs, size_t num_inputs, const NtrtOutputs* outputs) {
  script.calls += "run" + std::to_string(num_inputs) + ":" + std::to_string(inputs[0].bytes) + " ";
  if (script.failure != nullptr) return script.failure;
  for (size_t at = 0; at < outputs->num_wanted; ++at) {
    void* memory = nullptr;
    const size_t bytes = script.result.size() * sizeof(float);
    const int status =
        outputs->place(outputs->context, at, script.result_dims.data(), script.result_dims.size(), bytes, &memory);
    static constexpr NtrtFailure kStopped{"INVALID_ARGUMENT", "no place", nullptr, 0};
    if (status != 0) return &kStopped;
    if (bytes > 0) std::memcpy(memory, script.result.data(), bytes);
  }
  return nullptr;
}

constexpr NtrtRuntime kModule{
    sizeof(NtrtRuntime),
    nullptr,
    [](NtrtEngine*) { script.calls += "unload"; },
    [](const NtrtEngine*) { return &kFacts; },
    create_scripted,
    [](NtrtInstance*) { script.calls += "destroy "; },
    run_scripted,
    [](const NtrtFailure*) { script.calls += "release "; },
};

class ModuleModelTest : public ::testing::Test {
 protected:
  ModuleModelTest() { script = {}; }
  static std::unique_ptr<LoadedModel> load(const PlanRequest& request = {}) {
    return std::make_unique<tensorrt::ModuleModel>(kModule, &only_engine, request);
  }
  std::vector<float> values_ = {1, 2};
  TensorView input_ = view_of({1, 2}, values_);
};

TEST_F(ModuleModelTest, RunsAndEndsInOrder) {
  {
    ModelRunner runner(load());
    EXPECT_EQ(values_of(runner.run({input_})[0].view), script.result);
  }
  EXPECT_EQ(script.calls, "create run1:8 destroy unload");
}

TEST_F(ModuleModelTest, TakesNamesAndTheUsualShapeFromTheRequest) {
  PlanRequest request;
  request.inputs = {{"x", {std::string("rows"), std::string("fixed in the plan")}, {4, 2}}};
  request.outputs = {{"y", {int64_t{8}, int64_t{2}}, {4}}};
  const auto model = load(request);
  EXPECT_EQ(model->signature().inputs[0].dims, (std::vector<Dim>{std::string("rows"), int64_t{2}}));
  EXPECT_EQ(model->signature().inputs[0].usual, (Shape{4, 2}));
  EXPECT_EQ(model->signature().outputs[0].dims, (std::vector<Dim>{int64_t{8}, int64_t{2}}));
  EXPECT_EQ(model->signature().outputs[0].usual, Shape{});
  request.inputs[0].dims.pop_back();
  EXPECT_EQ(load(request)->signature().inputs[0].dims, (std::vector<Dim>{std::string(), int64_t{2}}));
}

TEST_F(ModuleModelTest, TurnsAFailureIntoAnErrorAndGivesItBack) {
  constexpr std::array<NtrtDetail, 2> kDetails = {{{"input", "x", 0}, {"cudaCode", nullptr, 719}}};
  const NtrtFailure failure{"DEVICE_LOST", "gone", kDetails.data(), kDetails.size()};
  ModelRunner runner(load());
  script.failure = &failure;
  const Error error = error_of([&] { runner.run({input_}); });
  EXPECT_EQ(error.code(), Code::kDeviceLost);
  EXPECT_EQ(error.message(), "gone");
  EXPECT_EQ(detail(error, "input"), "x");
  EXPECT_EQ(std::get<double>(error.details().at(1).value), 719);
  EXPECT_EQ(script.calls, "create run1:8 release ");
  const NtrtFailure unknown{"FROM_A_LATER_VERSION", "?", nullptr, 0};
  script.failure = &unknown;
  EXPECT_EQ(error_of([&] { runner.run({input_}); }).code(), Code::kInternal);
}

TEST_F(ModuleModelTest, RefusesMemoryOfAnotherShapeWithTheErrorOfItsOwn) {
  ModelRunner runner(load());
  std::vector<float> target(3, -1);
  const Error error = error_of([&] { runner.run_into({input_}, view_of({1, 3}, target)); });
  EXPECT_EQ(error.code(), Code::kShapeMismatch);
  EXPECT_NE(error.message().find("[1, 3]"), std::string::npos);
  EXPECT_EQ(target, std::vector<float>(3, -1));
  EXPECT_EQ(script.calls, "create run1:8 release ");
}

TEST_F(ModuleModelTest, GivesResultsWithoutElements) {
  ModelRunner runner(load());
  script.result_dims = {0, 2};
  script.result = {};
  const auto outputs = runner.run({input_});
  EXPECT_EQ(outputs[0].view.dims, (Shape{0, 2}));
  EXPECT_EQ(outputs[0].view.bytes, 0U);
}

}  // namespace
}  // namespace ntrt::testing
