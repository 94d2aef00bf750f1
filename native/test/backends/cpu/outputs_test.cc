// Which outputs a run gives, and how long they live.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::values_of;
using testing::view_of;

class CpuOutputs : public testing::OrtTest {
 protected:
  std::vector<float> a_ = {6, 8};
  std::vector<float> b_ = {2, 4};
};

TEST_F(CpuOutputs, AnyOfThemInAnyOrder) {
  CpuRunner runner(testing::arithmetic_model());
  const std::vector<std::vector<float>> expected = {{8, 12}, {4, 4}, {12, 32}};
  const std::vector<std::vector<size_t>> wanted = {{0}, {2}, {2, 0}, {1, 2, 0}, {0, 1, 2}, {1}};
  for (const auto& indexes : wanted) {
    const auto outputs = runner.run({view_of(a_), view_of(b_)}, indexes);
    for (size_t i = 0; i < indexes.size(); ++i) EXPECT_EQ(values_of(outputs[i].view), expected[indexes[i]]);
  }
}

TEST_F(CpuOutputs, StayWhileTheNextRunsGoOn) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<OutputRequest> first = runner.run({view_of(a_), view_of(b_)});
  for (int i = 0; i < 10; ++i) {
    std::vector<float> other = {100, static_cast<float>(i)};
    runner.run({view_of(other), view_of(other)});
  }
  EXPECT_EQ(values_of(first[0].view), (std::vector<float>{8, 12}));
}

TEST_F(CpuOutputs, OutliveInstanceAndModel) {
  std::vector<OutputRequest> outputs;
  {
    CpuRunner runner(testing::arithmetic_model());
    outputs = runner.run({view_of(a_), view_of(b_)});
  }
  EXPECT_EQ(values_of(outputs[2].view), (std::vector<float>{12, 32}));
}

TEST_F(CpuOutputs, MayBeFreedOnAnotherThread) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> large(100000, 1);
  runner.run({view_of(large), view_of(large)});
  const uint64_t before = host_pool().stats().allocated.current;
  for (int i = 0; i < 20; ++i) {
    auto outputs = runner.run({view_of(large), view_of(large)});
    std::thread([moved = std::move(outputs)]() mutable { moved.clear(); }).join();
  }
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST_F(CpuOutputs, InstancesOfOneModelRunAtTheSameTime) {
  const auto model = testing::load_on_cpu(testing::arithmetic_model());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&model, t] {
      const auto instance = model->create_instance();
      for (int i = 0; i < 300; ++i) {
        std::vector<float> a(static_cast<size_t>(1 + i % 50), static_cast<float>(t));
        std::vector<float> b(a.size(), static_cast<float>(i));
        std::vector<TensorView> inputs = {view_of(a), view_of(b)};
        std::vector<OutputRequest> outputs(1);
        instance->run(inputs, outputs);
        ASSERT_EQ(values_of(outputs[0].view), std::vector<float>(a.size(), static_cast<float>(t + i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(CpuOutputs, ATerminatedInstanceRunsNoMoreAndOthersDo) {
  const auto model = testing::load_on_cpu(testing::arithmetic_model());
  const auto stopped = model->create_instance();
  const auto other = model->create_instance();
  std::vector<TensorView> inputs = {view_of(a_), view_of(b_)};
  std::vector<OutputRequest> outputs(1);
  stopped->terminate();
  EXPECT_EQ(testing::error_of([&] { stopped->run(inputs, outputs); }).code(), Code::kBackendError);
  other->run(inputs, outputs);
  EXPECT_EQ(values_of(outputs[0].view), (std::vector<float>{8, 12}));
}

}  // namespace
}  // namespace ntrt
