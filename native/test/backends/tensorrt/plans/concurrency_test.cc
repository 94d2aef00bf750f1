// Several instances, and several engines, at the same time.
#include <thread>

#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

using PlanConcurrencyTest = PlanTest;

constexpr int kThreads = 4;
constexpr int kRuns = 30;

void run_many(Instance& instance, float first) {
  for (int i = 0; i < kRuns; ++i) {
    std::vector<float> values = counted_rows(1 + static_cast<size_t>(i) % 8, first + static_cast<float>(i));
    const std::vector<TensorView> inputs = {rows_view(values)};
    std::vector<OutputRequest> outputs(1);
    instance.run(inputs, outputs);
    EXPECT_EQ(values_of(outputs[0].view), values);
  }
}

TEST_F(PlanConcurrencyTest, InstancesRunBesideEachOther) {
  const auto model = load(identity_plan());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&model, t] {
      const auto instance = model->create_instance();  // made, used and ended by its thread
      run_many(*instance, static_cast<float>(t) * 1000);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(PlanConcurrencyTest, EnginesAreLoadedAndUnloadedBesideEachOther) {
  const PlanRequest one = request(identity_plan());
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&one, t] {
      for (int i = 0; i < 3; ++i) {
        PlanRequest own = one;
        own.device = t % 2 == 0 ? "0" : "1";
        const auto model = load(own);
        run_many(*model->create_instance(), static_cast<float>(t) * 1000);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(STANDIN(standin_used_bytes)(1), 0U);
}

TEST_F(PlanConcurrencyTest, AnInstanceMayChangeItsThreadBetweenRuns) {
  const auto model = load(identity_plan());
  auto instance = model->create_instance();
  for (int t = 0; t < 3; ++t) {
    std::thread([&] { run_many(*instance, 5); }).join();
  }
  std::thread([&] { instance.reset(); }).join();
}

}  // namespace
}  // namespace ntrt::testing
