// The border itself: which modules are used, and what crosses it.
#include "backends/tensorrt/module_library.h"

#include <atomic>

#include "test/backends/tensorrt/plans/plan_fixture.h"
#include "test/support/built.h"

namespace ntrt::testing {
namespace {

using tensorrt::ModuleLibrary;

using ModuleTest = PlanTest;

TEST_F(ModuleTest, OpensAModuleOnceAndTellsOfItsFirstLoadOnce) {
  ModuleLibrary& module = ModuleLibrary::open(built::kBackendModule, built::kBackendFlavour);
  EXPECT_EQ(&ModuleLibrary::open(built::kBackendModule, built::kBackendFlavour), &module);
  const PlanRequest one = request(identity_plan());
  int calls = 0;
  LoadCancellation cancellation;
  for (int i = 0; i < 2; ++i) {
    create_backend({.plan = &one, .on_open = [&] { ++calls; }})
        ->load(ModelSource::from_file(one.file), {}, cancellation);
  }
  EXPECT_LE(calls, 1);
  module.note_load([&] { ++calls; });
  EXPECT_LE(calls, 1);
}

TEST_F(ModuleTest, TellsWhatTensorRtSaysAsLongAsTheEngineLives) {
  const NtrtRuntime& runtime = *open_module().runtime;
  std::string plan = identity_plan();
  plan.back() ^= 1;
  std::atomic<int> num_errors = 0;
  const auto count = [](void* context, int severity, const char* text) {
    constexpr int kError = 1;
    if (severity == kError && *text != '\0') ++*static_cast<std::atomic<int>*>(context);
  };
  const NtrtPlanRequest one{.size = sizeof(NtrtPlanRequest),
                            .library = "",
                            .device = "",
                            .plan = plan.data(),
                            .plan_bytes = plan.size(),
                            .log = count,
                            .log_context = &num_errors};
  NtrtEngine* engine = nullptr;
  const NtrtFailure* const failure = runtime.load(&one, &engine);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(engine, nullptr);
  EXPECT_STREQ(failure->code, "ENGINE_INCOMPATIBLE");
  runtime.release_failure(failure);
  EXPECT_EQ(num_errors, 1);
  EXPECT_EQ(error_of([&] { load(plan); }).code(), Code::kEngineIncompatible);  // has no listener
  EXPECT_EQ(num_errors, 1);
}

TEST_F(ModuleTest, TakesNothingBackWhereThereIsNothing) {
  const NtrtRuntime& runtime = *open_module().runtime;
  runtime.unload(nullptr);
  runtime.destroy_instance(nullptr);
  runtime.release_failure(nullptr);
}

TEST_F(ModuleTest, RefusesAnOutputThatThereIsNot) {
  ModelRunner runner(load(identity_plan()));
  std::vector<float> values = counted_rows(2);
  EXPECT_EQ(error_of([&] { runner.run({rows_view(values)}, {1}); }).code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace ntrt::testing
