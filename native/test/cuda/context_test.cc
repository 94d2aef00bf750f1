#include "cuda/context.h"

#include "cuda/cuda_error.h"
#include "cuda/device_memory.h"
#include "test/cuda/standin_driver.h"

namespace ntrt::cuda {
namespace {

using ContextTest = testing::CudaTest;

CUcontext current(const Driver& driver) {
  CUcontext context = nullptr;
  call(driver, driver.ctx_get_current, &context);
  return context;
}

TEST_F(ContextTest, IsThePrimaryOneForEverybody) {
  const ContextPtr other = PrimaryContext::retain(driver, {0});
  EXPECT_EQ(other->get(), context->get());
}

TEST_F(ContextTest, IsCurrentInItsScopeOnly) {
  EXPECT_EQ(current(driver), nullptr);
  {
    const ContextScope scope(*context);
    EXPECT_EQ(current(driver), context->get());
    {
      const ContextScope inner(*context);
      EXPECT_EQ(current(driver), context->get());
    }
    EXPECT_EQ(current(driver), context->get());
  }
  EXPECT_EQ(current(driver), nullptr);
}

TEST_F(ContextTest, LivesAsLongAsWhatIsInIt) {
  DeviceMemory memory = DeviceMemory::allocate(context, 100);
  context.reset();
  unsigned flags = 0;
  int is_active = 0;
  call(driver, driver.device_primary_ctx_get_state, 0, &flags, &is_active);
  EXPECT_EQ(is_active, 1);
  memory.reset();
  call(driver, driver.device_primary_ctx_get_state, 0, &flags, &is_active);
  EXPECT_EQ(is_active, 0);
}

TEST_F(ContextTest, SaysWhatMemoryIsLeft) {
  const testing::Setting size("STANDIN_MEMORY", "1MiB");
  EXPECT_EQ(context->memory().free_bytes, size_t{1} << 20);
  const DeviceMemory memory = DeviceMemory::allocate(context, 1024);
  EXPECT_EQ(context->memory().free_bytes, (size_t{1} << 20) - 1024);
  EXPECT_EQ(context->memory().total_bytes, size_t{1} << 20);
}

TEST_F(ContextTest, ADeviceThatDoesNotExistIsAnError) { EXPECT_THROW(PrimaryContext::retain(driver, {7}), Error); }

}  // namespace
}  // namespace ntrt::cuda
