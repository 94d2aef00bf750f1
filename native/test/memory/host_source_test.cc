#include "memory/host_source.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "test/memory/mock_source.h"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace ntrt {
namespace {

using testing::is_aligned;

std::vector<size_t> sizes_around_the_page_limit() {
  constexpr size_t kLimit = HostSource::kPageBlockBytes;
  return {1, 63, 64, 65, 4097, kLimit - 1, kLimit, kLimit + 1, 3 * kLimit + 5, size_t{8} << 20};
}

TEST(HostSource, BlocksAreAlignedAndWritableToTheLastByte) {
  HostSource source;
  for (const size_t bytes : sizes_around_the_page_limit()) {
    void* block = source.allocate(bytes);
    ASSERT_NE(block, nullptr) << bytes;
    EXPECT_TRUE(is_aligned(block)) << bytes;
    std::memset(block, 0x5a, bytes);
    source.deallocate(block, bytes);
  }
}

TEST(HostSource, ZeroBytesAreANullPointerThatMayBeFreed) {
  HostSource source;
  EXPECT_EQ(source.allocate(0), nullptr);
  source.deallocate(nullptr, 0);
}

TEST(HostSource, RunningOutNamesTheKindAndTheSize) {
  HostSource source;
  for (const size_t bytes : {size_t{1} << 60, SIZE_MAX}) {
    try {
      source.allocate(bytes);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kOutOfMemory);
      ASSERT_EQ(error.details().size(), 2U);
      EXPECT_EQ(error.details()[0].key, "kind");
      EXPECT_EQ(std::get<std::string>(error.details()[0].value), "host");
      EXPECT_EQ(error.details()[1].key, "requestedBytes");
      EXPECT_EQ(std::get<double>(error.details()[1].value), static_cast<double>(bytes));
    }
  }
}

TEST(HostSource, TrimHasNothingOfItsOwnToGiveBack) {
  HostSource source;
  EXPECT_EQ(source.trim(), 0U);
}

#ifdef __linux__
TEST(HostSource, AFreedPageBlockIsNoLongerMapped) {
  HostSource source;
  constexpr size_t kBytes = HostSource::kPageBlockBytes;
  void* block = source.allocate(kBytes);
  std::memset(block, 1, kBytes);
  unsigned char resident = 0;
  ASSERT_EQ(mincore(block, static_cast<size_t>(sysconf(_SC_PAGESIZE)), &resident), 0);
  source.deallocate(block, kBytes);
  EXPECT_EQ(mincore(block, static_cast<size_t>(sysconf(_SC_PAGESIZE)), &resident), -1);
  EXPECT_EQ(errno, ENOMEM);
}
#endif

}  // namespace
}  // namespace ntrt
