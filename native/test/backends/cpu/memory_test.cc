// ONNX Runtime's memory is the host pool's, is counted there and comes back.

#include <gtest/gtest.h>

#include "backends/cpu/ort_api.h"
#include "test/support/cpu_model.h"
#include "test/support/onnx_models.h"

namespace ntrt {
namespace {

using testing::CpuRunner;
using testing::view_of;

class CpuMemory : public testing::OrtTest {
 protected:
  static uint64_t allocated() { return host_pool().stats().allocated.current; }
};

TEST_F(CpuMemory, GoesThroughTheHostPool) {
  CpuRunner runner(testing::arithmetic_model());
  EXPECT_TRUE(cpu::OrtLibrary::current().uses_host_pool());
}

TEST_F(CpuMemory, OutputsAreCountedToTheByteOrMore) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a(50000, 1);
  const uint64_t before = allocated();
  auto outputs = runner.run({view_of(a), view_of(a)}, {0});
  EXPECT_GE(allocated(), before + 50000 * sizeof(float));
  EXPECT_LT(allocated(), before + 2 * 50000 * sizeof(float));
  outputs.clear();
  EXPECT_EQ(allocated(), before);
}

TEST_F(CpuMemory, IsBackAtTheBaseWhenModelAndOutputsAreGone) {
  {
    CpuRunner warm_up(testing::arithmetic_model());
  }
  const uint64_t base = allocated();
  for (int i = 0; i < 20; ++i) {
    std::vector<OutputRequest> outputs;
    {
      CpuRunner runner(testing::weights_model(static_cast<size_t>(1000 * (i + 1))));
      std::vector<float> x(static_cast<size_t>(1000 * (i + 1)), 1);
      outputs = runner.run({view_of(x)});
    }
    EXPECT_GT(allocated(), base) << "the outputs live";
    outputs.clear();
    ASSERT_EQ(allocated(), base) << i;
  }
}

TEST_F(CpuMemory, FailedRunsGiveEverythingBack) {
  CpuRunner runner(testing::identity_model(DType::kFloat32, {"4"}));
  std::vector<float> right(4);
  std::vector<float> wrong(5);
  std::vector<float> too_small(3);
  runner.run({view_of(right)});
  const uint64_t base = allocated();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(runner.run({view_of(wrong)}), Error);
    EXPECT_THROW(runner.run_into({view_of(right)}, view_of(too_small)), Error);
  }
  EXPECT_EQ(allocated(), base);
}

TEST_F(CpuMemory, CachedBlocksServeTheNextRun) {
  CpuRunner runner(testing::arithmetic_model());
  std::vector<float> a(30000, 1);
  for (int i = 0; i < 3; ++i) runner.run({view_of(a), view_of(a)});
  const uint64_t before = host_pool().stats().num_system_allocs;
  for (int i = 0; i < 50; ++i) runner.run({view_of(a), view_of(a)});
  EXPECT_EQ(host_pool().stats().num_system_allocs, before);
}

}  // namespace
}  // namespace ntrt
