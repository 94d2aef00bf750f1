#include "cuda/memory_pool.h"

#include "cuda/cuda_error.h"
#include "cuda/device_source.h"
#include "cuda/pinned_source.h"
#include "test/cuda/standin_driver.h"

namespace ntrt::cuda {
namespace {

using MemoryPoolTest = testing::CudaTest;
constexpr size_t kMiB = size_t{1} << 20;

/// Frees 2 MiB that an operation of the stream still has to fill.
void free_while_in_use(const MemoryPool& pool, const Stream& stream) {
  const CUdeviceptr memory = pool.allocate(2 * kMiB, stream);
  stream.fill(memory, 1, kMiB);
  pool.deallocate(memory, stream);
}

TEST_F(MemoryPoolTest, KeepsWhatComesBackUntilItIsTrimmed) {
  const Stream stream = Stream::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  const CUdeviceptr a = pool.allocate(3 * kMiB, stream);
  const CUdeviceptr b = pool.allocate(1 * kMiB, stream);
  EXPECT_EQ(pool.stats().used_bytes, 4 * kMiB);
  EXPECT_EQ(pool.stats().reserved_bytes, 4 * kMiB);
  pool.deallocate(a, stream);
  pool.deallocate(b, stream);
  stream.synchronize();
  EXPECT_EQ(pool.stats().used_bytes, 0U);
  EXPECT_EQ(pool.stats().reserved_bytes, 4 * kMiB);
  pool.trim(2 * kMiB);
  EXPECT_EQ(pool.stats().reserved_bytes, 2 * kMiB);
  pool.trim();
  EXPECT_EQ(pool.stats().reserved_bytes, 0U);
  EXPECT_EQ(pool.stats().peak_used_bytes, 4 * kMiB);
}

TEST_F(MemoryPoolTest, WithoutAThresholdASynchronisationGivesAllBack) {
  const Stream stream = Stream::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  cuuint64_t threshold = 0;
  call(driver, driver.mem_pool_set_attribute, pool.get(), CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold);
  pool.deallocate(pool.allocate(kMiB, stream), stream);
  stream.synchronize();
  EXPECT_EQ(pool.stats().reserved_bytes, 0U);
}

TEST_F(MemoryPoolTest, TheSameStreamUsesFreedMemoryAtOnce) {
  const testing::Setting hang("STANDIN_FAULTS", "cuMemsetD8Async:run,hang");
  const Stream stream = Stream::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  free_while_in_use(pool, stream);
  const CUdeviceptr second = pool.allocate(2 * kMiB, stream);
  EXPECT_EQ(pool.stats().reserved_bytes, 2 * kMiB);
  pool.deallocate(second, stream);
  testing::release_hangs_until([&] { return stream.is_idle(); });
}

TEST_F(MemoryPoolTest, AnotherStreamTakesNewMemoryUnlessItIsOrderedBehind) {
  const testing::Setting hang("STANDIN_FAULTS", "cuMemsetD8Async:run,hang");
  const Stream one = Stream::create(context);
  const Stream two = Stream::create(context);
  const Event freed = Event::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  free_while_in_use(pool, one);
  const CUdeviceptr second = pool.allocate(2 * kMiB, two);
  EXPECT_EQ(pool.stats().reserved_bytes, 4 * kMiB);
  freed.record(one);
  two.wait(freed);
  const CUdeviceptr third = pool.allocate(2 * kMiB, two);
  EXPECT_EQ(pool.stats().reserved_bytes, 4 * kMiB);
  pool.deallocate(second, two);
  pool.deallocate(third, two);
  testing::release_hangs_until([&] { return two.is_idle(); });
}

TEST_F(MemoryPoolTest, MemoryThatIsNotThereIsAnErrorAndTheNextAllocationIsFine) {
  const testing::Setting size("STANDIN_MEMORY", "8MiB");
  const Stream stream = Stream::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  EXPECT_THROW(pool.allocate(16 * kMiB, stream), Error);
  pool.deallocate(pool.allocate(8 * kMiB, stream), stream);
  stream.synchronize();
}

TEST_F(MemoryPoolTest, UseInAnotherStreamWithoutOrderIsReported) {
  const Stream one = Stream::create(context);
  const Stream two = Stream::create(context);
  const MemoryPool pool = MemoryPool::create(context);
  const CUdeviceptr memory = pool.allocate(kMiB, one);
  two.fill(memory, 1, 16);
  EXPECT_NE(testing::take_violations().find("missing-order"), std::string::npos);
  two.synchronize();
  pool.deallocate(memory, one);
  one.synchronize();
}

TEST_F(MemoryPoolTest, AsASourceItKeepsToItsContract) {
  DeviceSource source(context);
  EXPECT_TRUE(source.uses_pool());
  EXPECT_EQ(source.allocate(0), nullptr);
  void* const block = source.allocate(1000);
  ASSERT_NE(block, nullptr);
  source.deallocate(block, 1000, 0);
  source.deallocate(nullptr, 0, 0);
  EXPECT_EQ(source.trim(), 2 * kMiB);
  try {
    source.allocate(size_t{1} << 40);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kOutOfMemory);
    EXPECT_EQ(error.details().at(0).key, "kind");
    EXPECT_EQ(std::get<std::string>(error.details().at(0).value), "cuda:0");
  }
}

TEST_F(MemoryPoolTest, ADeviceWithoutPoolsIsASourceAllTheSame) {
  const testing::Setting pools("STANDIN_POOLS", "0");
  EXPECT_FALSE(MemoryPool::is_supported(*context));
  EXPECT_THROW(MemoryPool::create(context), Error);
  DeviceSource source(context);
  EXPECT_FALSE(source.uses_pool());
  void* const block = source.allocate(1000);
  source.deallocate(block, 1000, 0);
  EXPECT_EQ(source.trim(), 0U);
  EXPECT_THROW(source.allocate(size_t{1} << 40), Error);
}

TEST_F(MemoryPoolTest, PinnedMemoryIsTheHostsToUse) {
  PinnedSource source(context);
  EXPECT_EQ(source.allocate(0), nullptr);
  auto* const block = static_cast<unsigned char*>(source.allocate(1000));
  block[999] = 1;
  source.deallocate(block, 1000, 0);
  const testing::Setting faults("STANDIN_FAULTS", "cuMemHostAlloc:code=2");
  EXPECT_THROW(source.allocate(1000), Error);
}

}  // namespace
}  // namespace ntrt::cuda
