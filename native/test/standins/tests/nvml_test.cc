// What our own code does not ask NVML for.
#include <nvml.h>

#include <array>

#include "cuda/nvml.h"
#include "test/cuda/standin_driver.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

template <typename Function>
Function* function(const char* name) {
  return reinterpret_cast<Function*>(load_symbol(built::kStandinNvml, name));
}
#define NVML(name) function<decltype(::name)>(#name)

TEST(StandinNvml, AHandleIsTheSameByIndexUuidAndBus) {
  testing::standin_driver();
  ASSERT_EQ(NVML(nvmlInit_v2)(), NVML_SUCCESS);
  unsigned count = 0;
  ASSERT_EQ(NVML(nvmlDeviceGetCount_v2)(&count), NVML_SUCCESS);
  EXPECT_EQ(count, 1U);
  nvmlDevice_t by_index = nullptr;
  ASSERT_EQ(NVML(nvmlDeviceGetHandleByIndex_v2)(0, &by_index), NVML_SUCCESS);
  std::array<char, 96> text{};
  ASSERT_EQ(NVML(nvmlDeviceGetUUID)(by_index, text.data(), text.size()), NVML_SUCCESS);
  nvmlDevice_t other = nullptr;
  EXPECT_EQ(NVML(nvmlDeviceGetHandleByUUID)(text.data(), &other), NVML_SUCCESS);
  EXPECT_EQ(other, by_index);
  EXPECT_EQ(NVML(nvmlDeviceGetHandleByPciBusId_v2)("00000000:01:00.0", &other), NVML_SUCCESS);
  EXPECT_EQ(other, by_index);
  EXPECT_EQ(NVML(nvmlDeviceGetName)(by_index, text.data(), text.size()), NVML_SUCCESS);
  EXPECT_STREQ(text.data(), "Stand-in GPU");
  EXPECT_EQ(NVML(nvmlDeviceGetName)(by_index, text.data(), 3), NVML_ERROR_INSUFFICIENT_SIZE);
  unsigned now = 7;
  unsigned pending = 7;
  EXPECT_EQ(NVML(nvmlDeviceGetMigMode)(by_index, &now, &pending), NVML_SUCCESS);
  EXPECT_EQ(now, unsigned{NVML_DEVICE_MIG_DISABLE});
  EXPECT_EQ(NVML(nvmlDeviceGetHandleByIndex_v2)(1, &other), NVML_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(NVML(nvmlDeviceGetHandleByUUID)("GPU-none", &other), NVML_ERROR_NOT_FOUND);
  EXPECT_EQ(NVML(nvmlShutdown)(), NVML_SUCCESS);
}

}  // namespace
}  // namespace ntrt::cuda
