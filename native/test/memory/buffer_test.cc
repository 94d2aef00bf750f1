#include "memory/buffer.h"

#include <gtest/gtest.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "core/error.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

static_assert(!std::is_copy_constructible_v<Buffer> && !std::is_copy_assignable_v<Buffer>);
static_assert(std::is_nothrow_move_constructible_v<Buffer> && std::is_nothrow_move_assignable_v<Buffer>);

class BufferTest : public ::testing::Test {
 protected:
  uint64_t current() const { return pool_.stats().allocated.current; }

  testing::MockSource* source_ = new testing::MockSource;
  Pool pool_{"mock", std::unique_ptr<MemorySource>(source_)};
};

TEST_F(BufferTest, GivesItsBlockBackWhenItDies) {
  {
    const Buffer buffer(pool_, 100);
    EXPECT_NE(buffer.data(), nullptr);
    EXPECT_EQ(buffer.size(), 100U);
    EXPECT_EQ(current(), 100U);
  }
  EXPECT_EQ(current(), 0U);
}

TEST_F(BufferTest, MovingHandsTheBlockOver) {
  Buffer first(pool_, 100);
  void* data = first.data();
  Buffer second(std::move(first));
  EXPECT_EQ(second.data(), data);
  EXPECT_EQ(first.data(), nullptr);
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(current(), 100U);
}

TEST_F(BufferTest, MovingOntoABufferFreesWhatItHeld) {
  Buffer first(pool_, 100);
  Buffer second(pool_, 50);
  second = std::move(first);
  EXPECT_EQ(second.size(), 100U);
  EXPECT_EQ(current(), 100U);
}

TEST_F(BufferTest, MovingOntoItselfKeepsTheBlock) {
  Buffer buffer(pool_, 100);
  Buffer& same = buffer;
  buffer = std::move(same);
  EXPECT_EQ(buffer.size(), 100U);
  EXPECT_EQ(current(), 100U);
}

TEST_F(BufferTest, ResetMayBeCalledTwice) {
  Buffer buffer(pool_, 100);
  buffer.reset();
  buffer.reset();
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.data(), nullptr);
  EXPECT_EQ(current(), 0U);
}

TEST_F(BufferTest, EmptyBuffersHoldNothing) {
  const Buffer none;
  const Buffer zero(pool_, 0);
  EXPECT_EQ(none.data(), nullptr);
  EXPECT_EQ(zero.data(), nullptr);
  EXPECT_TRUE(zero.empty());
  EXPECT_EQ(pool_.stats().num_system_allocs, 0U);
}

TEST_F(BufferTest, RunningOutThrows) {
  source_->set_capacity(100);
  EXPECT_THROW(Buffer(pool_, 1000), Error);
}

}  // namespace
}  // namespace ntrt
