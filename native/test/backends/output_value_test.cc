#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "backends/backend.h"

namespace ntrt {
namespace {

int released = 0;

OutputValue make_value(int& owner) {
  released = 0;
  return {&owner, [](void* value) noexcept { released += *static_cast<int*>(value); }};
}

TEST(OutputValue, ReleasesOnceWhenItDies) {
  int owner = 1;
  {
    const OutputValue value = make_value(owner);
  }
  EXPECT_EQ(released, 1);
}

TEST(OutputValue, OwnsNothingAtFirst) {
  OutputValue value;
  value.reset();
  EXPECT_TRUE(value.strings().empty());
}

TEST(OutputValue, MovesItsOwnership) {
  int owner = 1;
  OutputValue first = make_value(owner);
  first.strings() = {"a"};
  OutputValue second(std::move(first));
  EXPECT_EQ(released, 0);
  EXPECT_EQ(second.strings().size(), 1U);
  OutputValue third;
  third = std::move(second);
  EXPECT_EQ(released, 0);
  third.reset();
  EXPECT_EQ(released, 1);
  third.reset();
  EXPECT_EQ(released, 1);
  EXPECT_TRUE(third.strings().empty());
}

TEST(OutputValue, ReleasesWhatItHeldWhenMovedOnto) {
  int first_owner = 1;
  int second_owner = 10;
  OutputValue value = make_value(first_owner);
  OutputValue other = make_value(second_owner);
  value = std::move(other);
  EXPECT_EQ(released, 1);
  value.reset();
  EXPECT_EQ(released, 11);
}

TEST(OutputValue, MayDieOnAnotherThread) {
  int owner = 1;
  OutputValue value = make_value(owner);
  std::thread([moved = std::move(value)]() mutable { moved.reset(); }).join();
  EXPECT_EQ(released, 1);
}

}  // namespace
}  // namespace ntrt
