#include "memory/heap.h"

#include <gtest/gtest.h>

#include "memory/pools.h"
#include "test/support/freed_heap.h"

namespace ntrt {
namespace {

#ifdef NTRT_TESTS_FREED_HEAP
TEST(TrimHeap, GivesPagesThatAreFreeBackToTheSystem) {
  const testing::FreedHeap freed;
  EXPECT_TRUE(freed.is_held());
  trim_heap();
  EXPECT_FALSE(freed.is_held());
}

TEST(TrimHeap, IsPartOfEmptyingTheCache) {
  const testing::FreedHeap freed;
  host_pool().empty_cache();
  EXPECT_FALSE(freed.is_held());
}
#endif

}  // namespace
}  // namespace ntrt
