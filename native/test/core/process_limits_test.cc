#include "core/process_limits.h"

#include <gtest/gtest.h>

#ifdef __linux__
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstdlib>

namespace ntrt {
namespace {

constexpr size_t kMegabyte = size_t{1} << 20;

bool can_map(size_t bytes) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

// In a child: there is no way back.
[[noreturn]] void try_limit() {
  if (process_memory_left() < 1024 * kMegabyte) std::exit(5);
  if (!limit_process_memory(64 * kMegabyte)) std::exit(1);
  const uint64_t left = process_memory_left();
  if (left > 64 * kMegabyte || left < 48 * kMegabyte) std::exit(6);
  if (can_map(256 * kMegabyte)) std::exit(2);
  if (!can_map(kMegabyte)) std::exit(3);
  if (process_memory_left() > left - kMegabyte) std::exit(7);
  rlimit core{};
  if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0) std::exit(4);
  std::exit(0);
}

TEST(ProcessLimits, AllowSoMuchMoreAndNoCoreFile) {
  // In a program of its own: a fork of one that has threads may hang at its exit.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(try_limit(), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ntrt
#endif
