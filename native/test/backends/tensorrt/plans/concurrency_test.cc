// Several instances, and several engines, at the same time.
#include <functional>
#include <thread>

#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

using PlanConcurrencyTest = PlanTest;

constexpr int kThreads = 4;
constexpr int kRuns = 30;

void run_many(Instance& instance, int seed) {
  for (int i = 0; i < kRuns; ++i) {
    std::vector<float> values = counted_rows(1 + static_cast<size_t>(i) % 8, static_cast<float>(seed * 1000 + i));
    const std::vector<TensorView> inputs = {rows_view(values)};
    std::vector<OutputRequest> outputs(1);
    instance.run(inputs, outputs);
    EXPECT_EQ(values_of(outputs[0].view), values);
  }
}

void in_threads(int num_threads, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(num_threads));
  for (int t = 0; t < num_threads; ++t) {
    threads.emplace_back([&body, t] { EXPECT_NO_THROW(body(t)); });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(PlanConcurrencyTest, InstancesRunBesideEachOther) {
  const auto model = load(identity_plan());
  in_threads(kThreads, [&](int t) {
    const auto instance = model->create_instance();  // made, used and ended by its thread
    run_many(*instance, t);
  });
}

TEST_F(PlanConcurrencyTest, EnginesAreLoadedAndUnloadedBesideEachOther) {
  const PlanRequest one = request(identity_plan());
  in_threads(kThreads, [&](int t) {
    for (int i = 0; i < 3; ++i) {
      PlanRequest own = one;
      own.device = t % 2 == 0 ? "0" : "1";
      const auto model = load(own);
      run_many(*model->create_instance(), t);
    }
  });
  EXPECT_EQ(STANDIN(standin_used_bytes)(1), 0U);
}

TEST_F(PlanConcurrencyTest, AnInstanceMayChangeItsThreadBetweenRuns) {
  const auto model = load(identity_plan());
  auto instance = model->create_instance();
  for (int t = 0; t < 3; ++t) {
    in_threads(1, [&](int) { run_many(*instance, t); });
  }
  in_threads(1, [&](int) { instance.reset(); });
}

}  // namespace
}  // namespace ntrt::testing
