#include "memory/size_class.h"

#include <gtest/gtest.h>

#include <random>

#include "memory/source.h"

namespace ntrt {
namespace {

/// The size of the smallest block of a class that holds `bytes`.
constexpr size_t round_to_class(size_t bytes) { return class_bytes(size_class(bytes)); }

TEST(SizeClass, BlocksHoldWhatWasAskedForAndWasteLittle) {
  const auto check = [](size_t bytes) {
    const size_t block = round_to_class(bytes);
    ASSERT_GE(block, bytes);
    ASSERT_EQ(block % kAlignment, 0U) << bytes;
    ASSERT_LT(block - bytes, bytes <= kFineLimit ? 64 : bytes / 16 + 1) << bytes;
  };
  for (size_t bytes = 1; bytes <= 1 << 16; ++bytes) check(bytes);
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) check((random() & (kMaxBlockBytes - 1)) >> (random() % 60) | 1);
  check(kMaxBlockBytes);
}

TEST(SizeClass, ClassesAreNumberedWithoutGapsInRisingOrder) {
  for (size_t index = 0; index < 400; ++index) {
    ASSERT_EQ(size_class(class_bytes(index)), index);
    ASSERT_EQ(size_class(class_bytes(index) + 1), index + 1);
    ASSERT_LT(class_bytes(index), class_bytes(index + 1));
  }
}

TEST(SizeClass, SmallSizesAreMultiplesOfTheAlignment) {
  EXPECT_EQ(round_to_class(1), 64U);
  EXPECT_EQ(round_to_class(64), 64U);
  EXPECT_EQ(round_to_class(65), 128U);
  EXPECT_EQ(round_to_class(1024), 1024U);
  EXPECT_EQ(round_to_class(1025), 1088U);
}

TEST(SizeClass, PowersOfTwoAreClasses) {
  for (size_t bytes = 64; bytes <= size_t{1} << 40; bytes *= 2) EXPECT_EQ(round_to_class(bytes), bytes);
}

}  // namespace
}  // namespace ntrt
