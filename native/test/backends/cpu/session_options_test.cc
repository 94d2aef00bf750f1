#include <gtest/gtest.h>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::error_of;
using testing::load_on_cpu;
using testing::values_of;
using testing::view_of;

class CpuSessionOptions : public testing::OrtTest {};

TEST_F(CpuSessionOptions, EveryOptimizationLevelGivesTheSameResult) {
  for (const char* level : {"disabled", "basic", "extended", "layout", "all"}) {
    BackendOptions options;
    options.graph_optimization_level = level;
    CpuRunner runner(testing::arithmetic_model(), options);
    std::vector<float> a = {1, 2};
    EXPECT_EQ(values_of(runner.run({view_of(a), view_of(a)})[0].view), (std::vector<float>{2, 4})) << level;
  }
}

TEST_F(CpuSessionOptions, AnUnknownOptimizationLevelIsAnInvalidArgument) {
  for (const char* level : {"", "All", "99"}) {
    BackendOptions options;
    options.graph_optimization_level = level;
    const Error error = error_of([&] { load_on_cpu(testing::arithmetic_model(), options); });
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(testing::detail(error, "option"), "cpu.graphOptimizationLevel");
    EXPECT_EQ(testing::detail(error, "received"), level);
  }
}

TEST_F(CpuSessionOptions, SeveralThreadsGiveTheSameResult) {
  BackendOptions options;
  options.threads = 4;
  CpuRunner runner(testing::arithmetic_model(), options);
  std::vector<float> a(1 << 20, 1);
  EXPECT_EQ(values_of(runner.run({view_of(a), view_of(a)}, {0})[0].view), std::vector<float>(1 << 20, 2));
}

TEST_F(CpuSessionOptions, OverriddenFreeDimensionsBecomeFixed) {
  BackendOptions options;
  options.free_dimension_overrides = {{"n", 3}, {"no such name", 5}};
  CpuRunner runner(testing::arithmetic_model(), options);
  EXPECT_EQ(runner.model().signature().inputs[0].dims, (std::vector<Dim>{int64_t{3}}));
  std::vector<float> right(3, 1);
  std::vector<float> wrong(4, 1);
  EXPECT_EQ(values_of(runner.run({view_of(right), view_of(right)})[0].view), std::vector<float>(3, 2));
  EXPECT_THROW(runner.run({view_of(wrong), view_of(wrong)}), Error);
}

TEST_F(CpuSessionOptions, ConfigEntriesReachTheSession) {
  BackendOptions options;
  options.session_config = {{"session.disable_prepacking", "1"}, {"session.intra_op.allow_spinning", "1"}};
  CpuRunner runner(testing::arithmetic_model(), options);
  std::vector<float> a = {1};
  EXPECT_EQ(values_of(runner.run({view_of(a), view_of(a)})[0].view), std::vector<float>{2});
}

// The model is fine; the option is not.
TEST_F(CpuSessionOptions, AConfigEntryThatIsRefusedIsAnInvalidArgument) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"", "1"}, {std::string(5000, 'k'), "1"}, {"session.disable_prepacking", std::string(100000, 'v')}}) {
    BackendOptions options;
    options.session_config = {{key, value}};
    const Error error = error_of([&] { load_on_cpu(testing::arithmetic_model(), options); });
    EXPECT_EQ(error.code(), Code::kInvalidArgument) << error.message();
  }
}

}  // namespace
}  // namespace ntrt
