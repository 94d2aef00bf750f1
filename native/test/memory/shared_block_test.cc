#include "memory/shared_block.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <type_traits>

#include "memory/buffer.h"

namespace ntrt {
namespace {

static_assert(!std::is_copy_constructible_v<BlockLease> && std::is_nothrow_move_constructible_v<BlockLease>);
static_assert(std::is_nothrow_move_assignable_v<BlockLease>);

std::shared_ptr<SharedBlock> make_block(size_t bytes = 100) {
  auto buffer = std::make_shared<Buffer>(host_pool(), bytes);
  void* const data = buffer->data();
  return std::make_shared<SharedBlock>(std::move(buffer), data, bytes);
}

uint64_t allocated() { return host_pool().stats().allocated.current; }

TEST(SharedBlock, ReadersKeepWritersOutAndWritersKeepAllOut) {
  const auto block = make_block();
  EXPECT_EQ(block->conflict({0, 100}, Access::kWrite), std::nullopt);
  {
    const BlockLease reads(block, {10, 20}, Access::kRead);
    EXPECT_EQ(block->conflict({0, 100}, Access::kRead), std::nullopt);
    EXPECT_EQ(block->conflict({0, 100}, Access::kWrite), Access::kRead);
    EXPECT_EQ(block->conflict({29, 1}, Access::kWrite), Access::kRead);
    EXPECT_EQ(block->conflict({30, 70}, Access::kWrite), std::nullopt);
    EXPECT_EQ(block->conflict({0, 10}, Access::kWrite), std::nullopt);
  }
  const BlockLease writes(block, {10, 20}, Access::kWrite);
  EXPECT_EQ(block->conflict({0, 11}, Access::kRead), Access::kWrite);
  EXPECT_EQ(block->conflict({0, 11}, Access::kWrite), Access::kWrite);
  EXPECT_EQ(block->conflict({30, 1}, Access::kRead), std::nullopt);
}

TEST(SharedBlock, LivesAsLongAsALeaseOfIt) {
  const uint64_t base = allocated();
  auto block = make_block();
  std::optional<BlockLease> lease(std::in_place, block, ByteRange{0, 1}, Access::kRead);
  block.reset();
  EXPECT_EQ(allocated(), base + 100);
  std::thread([&] { lease.reset(); }).join();
  EXPECT_EQ(allocated(), base);
}

TEST(BlockLease, MovesWithWhatItHolds) {
  const uint64_t base = allocated();
  {
    auto block = make_block();
    auto other = make_block();
    BlockLease first(block, {0, 10}, Access::kWrite);
    BlockLease second(std::move(first));
    EXPECT_EQ(block->conflict({0, 1}, Access::kRead), Access::kWrite);
    BlockLease third(other, {5, 5}, Access::kRead);
    third = std::move(second);
    EXPECT_EQ(other->conflict({0, 100}, Access::kWrite), std::nullopt) << "what it held before was given back";
    EXPECT_EQ(block->conflict({0, 1}, Access::kRead), Access::kWrite);
    EXPECT_TRUE(third.overlaps(*block, {9, 1}));
    EXPECT_FALSE(third.overlaps(*block, {10, 1}));
    EXPECT_FALSE(third.overlaps(*other, {0, 100}));
  }
  EXPECT_EQ(allocated(), base);
}

TEST(BlockLease, OneOfSeveralThatAreAlikeLeavesTheOthers) {
  const auto block = make_block();
  const BlockLease stays(block, {0, 10}, Access::kRead);
  {
    const BlockLease goes(block, {0, 10}, Access::kRead);
  }
  EXPECT_EQ(block->conflict({0, 1}, Access::kWrite), Access::kRead);
}

/// Against a count per byte. Seeded mistake: with `<=` for `<` in ByteRange::overlaps() it fails at once.
TEST(SharedBlock, AgreesWithACountOfEveryByte) {
  std::mt19937 random(20261126);
  const auto below = [&](size_t end) { return static_cast<size_t>(random() % end); };
  constexpr size_t kBytes = 24;
  const auto block = make_block(kBytes);
  struct Held {
    BlockLease lease;
    ByteRange range;
  };
  std::vector<Held> held;
  for (int step = 0; step < 20000; ++step) {
    if (held.size() > below(8)) {
      held.erase(held.begin() + static_cast<ptrdiff_t>(below(held.size())));
      continue;
    }
    const size_t first = below(kBytes);
    const ByteRange range{first, 1 + below(kBytes - first)};
    const Access access = below(2) == 0 ? Access::kRead : Access::kWrite;
    bool excluded = false;
    for (const Held& other : held) {
      const bool writes = access == Access::kWrite || other.lease.access() == Access::kWrite;
      for (size_t at = range.first; writes && at < range.first + range.bytes; ++at) {
        excluded = excluded || (at >= other.range.first && at < other.range.first + other.range.bytes);
      }
    }
    ASSERT_EQ(block->conflict(range, access).has_value(), excluded) << "step " << step;
    if (!excluded) held.push_back({BlockLease(block, range, access), range});
  }
}

}  // namespace
}  // namespace ntrt
