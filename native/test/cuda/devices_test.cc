#include "cuda/devices.h"

#include "cuda/device_memory.h"
#include "test/cuda/standin_driver.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

/// NVML has its own copy of the settings, which reads the environment.
class EnvironmentSetting {
 public:
  EnvironmentSetting(const char* name, const char* value) : name_(name) {
    setenv(name, value, 1);
    reread();
  }
  EnvironmentSetting(const EnvironmentSetting&) = delete;
  EnvironmentSetting& operator=(const EnvironmentSetting&) = delete;
  ~EnvironmentSetting() {
    unsetenv(name_);
    reread();
  }

 private:
  static void reread() { STANDIN(standin_set)("STANDIN_SEED", "1"); }
  const char* name_;
};

class DevicesTest : public testing::CudaTest {
 protected:
  static const Nvml& nvml() {
    setenv("NODE_TENSORRT_NVML_LIBRARY", built::kStandinNvml, 1);
    return *find_nvml().found;
  }
};

TEST_F(DevicesTest, TheDriverSaysWhatItKnows) {
  const EnvironmentSetting name("STANDIN_NAME", "Test GPU");
  const EnvironmentSetting capability("STANDIN_COMPUTE_CAPABILITY", "12.1");
  const EnvironmentSetting uuid("STANDIN_UUID_0", "GPU-00112233-4455-6677-8899-aabbccddeeff");
  const std::vector<DeviceInfo> all = devices(driver, nullptr);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].id, DeviceId{0});
  EXPECT_EQ(all[0].name, "Test GPU");
  EXPECT_EQ(all[0].uuid, "GPU-00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(all[0].pci_bus_id, "0000:01:00.0");
  EXPECT_EQ(all[0].compute_major, 12);
  EXPECT_EQ(all[0].compute_minor, 1);
  EXPECT_EQ(all[0].total_bytes, uint64_t{8} << 30);
  EXPECT_TRUE(all[0].has_memory_pools);
  EXPECT_FALSE(all[0].is_mig);
  EXPECT_FALSE(all[0].free_bytes.has_value());
  EXPECT_EQ(all[0].driver_version, "");
}

TEST_F(DevicesTest, NvmlAddsTheRest) {
  const EnvironmentSetting action("STANDIN_RECOVERY_ACTION", "1");
  const EnvironmentSetting temperature("STANDIN_TEMPERATURE", "71");
  const EnvironmentSetting version("STANDIN_DRIVER_TEXT", "581.15");
  const DeviceMemory memory = DeviceMemory::allocate(context, 1 << 20);
  const DeviceInfo info = devices(driver, &nvml()).at(0);
  EXPECT_EQ(info.free_bytes, (uint64_t{8} << 30) - (1 << 20));
  EXPECT_EQ(info.temperature_celsius, 71);
  EXPECT_EQ(info.utilization_percent, 0U);
  EXPECT_EQ(info.recovery_action, 1U);
  EXPECT_EQ(info.driver_version, "581.15");
}

TEST_F(DevicesTest, APartOfADeviceIsKnownByItsUuidWhateverItsName) {
  const EnvironmentSetting mig("STANDIN_MIG", "1");
  const EnvironmentSetting name("STANDIN_NAME", "NVIDIA A30");
  const DeviceInfo info = devices(driver, &nvml()).at(0);
  EXPECT_TRUE(info.is_mig);
  EXPECT_TRUE(info.uuid.starts_with("MIG-")) << info.uuid;
  EXPECT_FALSE(info.utilization_percent.has_value());
  EXPECT_TRUE(info.free_bytes.has_value());
}

TEST_F(DevicesTest, APartOfADeviceIsKnownByItsNameWithoutNvml) {
  const EnvironmentSetting mig("STANDIN_MIG", "1");
  const DeviceInfo info = devices(driver, nullptr).at(0);
  EXPECT_TRUE(info.is_mig) << info.name;
  EXPECT_TRUE(info.uuid.starts_with("MIG-")) << info.uuid;
}

TEST_F(DevicesTest, AMissingNvmlIsListed) {
  const Search<Nvml> search = open_nvml({"/nowhere/libnvidia-ml.so.1", "libm.so.6"});
  EXPECT_FALSE(search);
  EXPECT_EQ(search.attempts.size(), 2U);
  EXPECT_NE(search.attempts[1].cause.find("nvmlInit_v2"), std::string::npos) << search.attempts[1].cause;
}

}  // namespace
}  // namespace ntrt::cuda
