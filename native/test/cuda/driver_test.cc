#include "cuda/driver.h"

#include "cuda/cuda_error.h"
#include "cuda/device_memory.h"
#include "test/cuda/standin_driver.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

TEST(Driver, WhereThereIsNoneTheSearchListsWhatWasTried) {
  const Search<Driver> search = open_driver({"/nowhere/libcuda.so.1", "libm.so.6"});
  EXPECT_FALSE(search);
  ASSERT_EQ(search.attempts.size(), 2U);
  EXPECT_EQ(search.attempts[0].path, "/nowhere/libcuda.so.1");
  EXPECT_NE(search.attempts[1].cause.find("cuGetProcAddress"), std::string::npos) << search.attempts[1].cause;
  const std::string text = search.describe("CUDA driver");
  EXPECT_NE(text.find("no CUDA driver: /nowhere/libcuda.so.1 ("), std::string::npos) << text;
}

TEST(Driver, IsFoundByTheEnvironment) {
  const Driver& driver = testing::standin_driver();
  EXPECT_EQ(driver.path, built::kStandinCuda);
  EXPECT_EQ(driver.version, 13000);
  EXPECT_EQ(driver_paths(), std::vector<std::string>{built::kStandinCuda});
}

TEST(Driver, ALibraryFurtherDownIsUsedWhenTheFirstIsMissing) {
  testing::standin_driver();
  const Search<Driver> search = open_driver({"/nowhere/libcuda.so.1", built::kStandinCuda});
  ASSERT_TRUE(search);
  EXPECT_EQ(search.attempts.size(), 1U);
}

TEST(Driver, AnOlderDriverLacksOptionalFunctionsOnly) {
  testing::standin_driver();
  STANDIN(standin_set)("STANDIN_DRIVER_VERSION", "11040");
  const Search<Driver> old = open_driver({built::kStandinCuda});
  STANDIN(standin_set)("STANDIN_DRIVER_VERSION", "13000");
  ASSERT_TRUE(old) << old.describe("driver");
  EXPECT_FALSE(Driver::has(old.found->graph_exec_update));
  EXPECT_TRUE(Driver::has(testing::standin_driver().graph_exec_update));
  CUgraphExecUpdateResultInfo info{};
  EXPECT_THROW(call(*old.found, old.found->graph_exec_update, nullptr, nullptr, &info), Error);
}

TEST(Driver, OneThatIsTooOldIsRefusedWithBothVersions) {
  testing::standin_driver();
  STANDIN(standin_set)("STANDIN_DRIVER_VERSION", "11030");
  const Search<Driver> old = open_driver({built::kStandinCuda});
  STANDIN(standin_set)("STANDIN_DRIVER_VERSION", "13000");
  ASSERT_FALSE(old);
  EXPECT_NE(old.attempts[0].cause.find("11030"), std::string::npos) << old.attempts[0].cause;
  EXPECT_NE(old.attempts[0].cause.find("11040"), std::string::npos) << old.attempts[0].cause;
}

TEST(Driver, WithoutADeviceItIsNotUsed) {
  testing::standin_driver();
  setenv("CUDA_VISIBLE_DEVICES", "", 1);
  STANDIN(standin_set)("STANDIN_SEED", "1");  // reads all anew
  const Search<Driver> search = open_driver({built::kStandinCuda});
  unsetenv("CUDA_VISIBLE_DEVICES");
  STANDIN(standin_set)("STANDIN_SEED", "1");
  ASSERT_FALSE(search);
  EXPECT_NE(search.attempts[0].cause.find("CUDA_ERROR_NO_DEVICE"), std::string::npos) << search.attempts[0].cause;
}

class CudaErrorTest : public testing::CudaTest {};

TEST_F(CudaErrorTest, OutOfMemorySaysCallNameAndBytes) {
  try {
    DeviceMemory::allocate(context, size_t{1} << 40);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kOutOfMemory);
    EXPECT_NE(error.message().find("cuMemAlloc failed: CUDA_ERROR_OUT_OF_MEMORY"), std::string::npos)
        << error.message();
    ASSERT_EQ(error.details().size(), 4U);
    EXPECT_EQ(std::get<std::string>(error.details()[0].value), "cuMemAlloc");
    EXPECT_EQ(std::get<double>(error.details()[2].value), 2.0);
    EXPECT_EQ(error.details()[3].key, "requestedBytes");
    EXPECT_EQ(std::get<double>(error.details()[3].value), static_cast<double>(size_t{1} << 40));
  }
}

TEST_F(CudaErrorTest, StickyErrorsAreToldFromOthers) {
  for (const int code : {700, 702, 710, 714, 715, 716, 717, 718, 719, 721, 214, 999}) {
    EXPECT_TRUE(is_sticky(static_cast<CUresult>(code))) << code;
    EXPECT_EQ(make_error(driver, static_cast<CUresult>(code), "call").code(), Code::kDeviceLost) << code;
  }
  for (const int code : {1, 2, 3, 100, 201, 400, 600, 701, 704, 801, 900, 901, 910}) {
    EXPECT_FALSE(is_sticky(static_cast<CUresult>(code))) << code;
  }
}

TEST_F(CudaErrorTest, AnUnknownStatusIsNamedByItsNumber) {
  EXPECT_EQ(error_name(driver, static_cast<CUresult>(12345)), "CUDA error 12345");
}

}  // namespace
}  // namespace ntrt::cuda
