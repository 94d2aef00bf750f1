#include "memory/host_source.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace ntrt {
namespace {

std::vector<size_t> sizes() { return {1, 64, 4095, 4096, 4097, 100000, size_t{8} << 20, (size_t{8} << 20) + 1}; }

TEST(HostSource, BlocksAreAlignedAndWritableToTheLastByte) {
  HostSource source;
  for (const size_t bytes : sizes()) {
    void* block = source.allocate(bytes);
    ASSERT_NE(block, nullptr) << bytes;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % page_bytes(), 0U) << bytes;
    std::memset(block, 0x5a, bytes);
    source.deallocate(block, bytes, 0);
  }
}

TEST(HostSource, ZeroBytesAreANullPointerThatMayBeFreed) {
  HostSource source;
  EXPECT_EQ(source.allocate(0), nullptr);
  source.deallocate(nullptr, 0, 0);
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

TEST(HostSource, PurgedPagesAreUsableAfterTheyAreRestored) {
  HostSource source;
  const size_t bytes = 2 * HostSource::kChunkBytes + page_bytes();
  auto* block = static_cast<std::byte*>(source.allocate(bytes));
  std::memset(block, 1, bytes);
  EXPECT_EQ(source.purge(block, bytes), bytes);
  source.restore(block, bytes);
  std::memset(block, 2, bytes);
  EXPECT_EQ(block[bytes - 1], std::byte{2});
  source.deallocate(block, bytes, 0);
}

TEST(HostSource, BlocksForHugePagesAreAlignedToThem) {
  HostSource source;
  source.use_huge_pages(true);
  for (const size_t bytes : {HostSource::kHugePageBytes, 3 * HostSource::kHugePageBytes + 5}) {
    void* block = source.allocate(bytes);
#ifdef __linux__
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % HostSource::kHugePageBytes, 0U);
#endif
    std::memset(block, 1, bytes);
    source.deallocate(block, bytes, 0);
  }
}

#ifdef __linux__
size_t resident_pages(void* block, size_t bytes) {
  std::vector<unsigned char> pages(bytes / page_bytes());
  EXPECT_EQ(mincore(block, bytes, pages.data()), 0);
  size_t count = 0;
  for (const unsigned char page : pages) count += page & 1U;
  return count;
}

TEST(HostSource, PurgedPagesAreNoLongerResident) {
  HostSource source;
  const size_t bytes = 16 * page_bytes();
  auto* block = static_cast<std::byte*>(source.allocate(bytes));
  std::memset(block, 1, bytes);
  EXPECT_EQ(resident_pages(block, bytes), 16U);
  source.purge(block + 4 * page_bytes(), 8 * page_bytes());
  EXPECT_EQ(resident_pages(block, bytes), 8U);
  source.deallocate(block, bytes, 8 * page_bytes());
}

TEST(HostSource, AFreedPageBlockIsNoLongerMapped) {
  HostSource source;
  constexpr size_t kBytes = 3 * HostSource::kChunkBytes;
  void* block = source.allocate(kBytes);
  std::memset(block, 1, kBytes);
  unsigned char resident = 0;
  ASSERT_EQ(mincore(block, static_cast<size_t>(sysconf(_SC_PAGESIZE)), &resident), 0);
  source.deallocate(block, kBytes, 0);
  EXPECT_EQ(mincore(block, static_cast<size_t>(sysconf(_SC_PAGESIZE)), &resident), -1);
  EXPECT_EQ(errno, ENOMEM);
}
#endif

}  // namespace
}  // namespace ntrt
