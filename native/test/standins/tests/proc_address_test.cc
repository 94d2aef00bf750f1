// The ways into the stand-in driver that our loader does not use.
#include "cuda/device_memory.h"
#include "test/cuda/standin_driver.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

class ProcAddressTest : public testing::CudaTest {
 protected:
  CUresult look_up(const char* name, int version) {
    const auto find =
        reinterpret_cast<PFN_cuGetProcAddress_v12000>(load_symbol(built::kStandinCuda, "cuGetProcAddress_v2"));
    return find(name, &address, version, CU_GET_PROC_ADDRESS_DEFAULT, &status);
  }

  void* address = nullptr;
  CUdriverProcAddressQueryResult status{};
};

TEST_F(ProcAddressTest, FindsAFunctionForItsVersionAndNewerOnes) {
  EXPECT_EQ(look_up("cuMemAlloc", 3020), CUDA_SUCCESS);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_SUCCESS);
  void* const first = address;
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(look_up("cuMemAlloc", 12000), CUDA_SUCCESS);
  EXPECT_EQ(address, first);
}

TEST_F(ProcAddressTest, SaysThatAVersionIsTooOldOrAFunctionUnknown) {
  EXPECT_EQ(look_up("cuGraphExecUpdate", 11080), CUDA_SUCCESS);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT);
  EXPECT_EQ(address, nullptr);
  EXPECT_EQ(look_up("cuNoSuchFunction", 12000), CUDA_SUCCESS);
  EXPECT_EQ(status, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
  EXPECT_EQ(address, nullptr);
}

TEST_F(ProcAddressTest, RefusesAVersionThatIsNewerThanTheDriver) {
  EXPECT_EQ(look_up("cuMemAlloc", 99000), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(ProcAddressTest, TheVersionOfCuda11HasOneArgumentLess) {
  const auto find = reinterpret_cast<PFN_cuGetProcAddress_v11030>(load_symbol(built::kStandinCuda, "cuGetProcAddress"));
  EXPECT_EQ(find("cuMemAlloc", &address, 11030, CU_GET_PROC_ADDRESS_DEFAULT), CUDA_SUCCESS);
  EXPECT_NE(address, nullptr);
}

TEST_F(ProcAddressTest, CallsAreCountedAndBytesCanBeLookedAt) {
  const uint64_t before = STANDIN(standin_num_calls)("cuMemAlloc");
  const DeviceMemory memory = DeviceMemory::allocate(context, 64);
  EXPECT_EQ(STANDIN(standin_num_calls)("cuMemAlloc"), before + 1);
  EXPECT_EQ(STANDIN(standin_used_bytes)(0), 512U);
  const auto* const bytes = static_cast<unsigned char*>(STANDIN(standin_bytes_at)(memory.get() + 8, 8));
  ASSERT_NE(bytes, nullptr);
  EXPECT_EQ(*bytes, 0xA5) << "memory that is new is not zero";
  EXPECT_EQ(STANDIN(standin_bytes_at)(memory.get() + 60, 8), nullptr);
}

}  // namespace
}  // namespace ntrt::cuda
