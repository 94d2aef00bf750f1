#include "memory/header_adaptor.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "core/error.h"
#include "memory/caching_pool.h"
#include "memory/sanitizer.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::is_aligned;
using testing::MockSource;

TEST(HeaderAdaptor, KnowsTheSizeOfALiveBlock) {
  MockSource source;
  HeaderAdaptor adaptor(source);
  for (const size_t bytes : {size_t{1}, size_t{64}, size_t{1000}, size_t{3} << 20}) {
    void* block = adaptor.allocate(bytes);
    EXPECT_TRUE(is_aligned(block));
    std::memset(block, 0xff, bytes);
    EXPECT_EQ(HeaderAdaptor::size_of(block), bytes);
    EXPECT_EQ(source.live_bytes(), bytes + HeaderAdaptor::kHeaderBytes);
    adaptor.deallocate(block, bytes);
    EXPECT_EQ(source.live_bytes(), 0U);
  }
}

TEST(HeaderAdaptor, ZeroBytesAreANullPointerWithoutAHeader) {
  MockSource source;
  HeaderAdaptor adaptor(source);
  EXPECT_EQ(adaptor.allocate(0), nullptr);
  EXPECT_EQ(HeaderAdaptor::size_of(nullptr), 0U);
  adaptor.deallocate(nullptr, 0);
  EXPECT_EQ(source.num_allocs(), 0U);
}

TEST(HeaderAdaptor, AForeignPointerHasNoSize) {
  alignas(kAlignment) std::array<char, 256> memory{};
  EXPECT_EQ(HeaderAdaptor::size_of(memory.data() + kAlignment), 0U);
}

TEST(HeaderAdaptor, ACopiedHeaderIsNoHeader) {
  MockSource source;
  HeaderAdaptor adaptor(source);
  auto* block = static_cast<char*>(adaptor.allocate(192));
  std::memcpy(block, block - HeaderAdaptor::kHeaderBytes, HeaderAdaptor::kHeaderBytes);
  EXPECT_EQ(HeaderAdaptor::size_of(block + HeaderAdaptor::kHeaderBytes), 0U);
  adaptor.deallocate(block, 192);
}

TEST(HeaderAdaptor, SizesThatTheHeaderWouldOverflowAreOutOfMemory) {
  MockSource source;
  HeaderAdaptor adaptor(source);
  EXPECT_THROW(adaptor.allocate(SIZE_MAX), Error);
  EXPECT_THROW(adaptor.allocate(SIZE_MAX - HeaderAdaptor::kHeaderBytes + 1), Error);
  EXPECT_EQ(source.num_allocs(), 0U);
}

#ifdef NTRT_ADDRESS_SANITIZER
TEST(HeaderAdaptorDeathTest, TouchingAFreedBlockIsReportedThoughThePoolKeepsIt) {
  MockSource source;
  CachingPool pool(source);
  HeaderAdaptor adaptor(pool);
  auto* block = static_cast<volatile char*>(adaptor.allocate(100));
  adaptor.deallocate(const_cast<char*>(block), 100);
  EXPECT_DEATH(block[0] = 1, "use-after-poison");
}

TEST(HeaderAdaptor, AReusedBlockMayBeTouchedAgain) {
  MockSource source;
  CachingPool pool(source);
  HeaderAdaptor adaptor(pool);
  adaptor.deallocate(adaptor.allocate(100), 100);
  void* block = adaptor.allocate(120);  // the same class, but longer
  std::memset(block, 1, 120);
  adaptor.deallocate(block, 120);
}
#else
TEST(HeaderAdaptor, AFreedBlockHasNoSize) {
  MockSource source;
  CachingPool pool(source);
  HeaderAdaptor adaptor(pool);
  void* block = adaptor.allocate(100);
  adaptor.deallocate(block, 100);
  EXPECT_EQ(HeaderAdaptor::size_of(block), 0U);
}
#endif

}  // namespace
}  // namespace ntrt
