#include "test/gpu/bytes.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace ntrt::gpu {
namespace {

std::vector<unsigned char> pattern(uint32_t seed) {
  std::vector<unsigned char> bytes(10'000);
  fill_pattern(bytes, seed);
  return bytes;
}

std::string compare(const std::vector<unsigned char>& bytes, uint32_t seed) {
  return find_difference(bytes, [&](size_t i) { return pattern_byte(i, seed); });
}

TEST(GpuBytes, AreWhatWasFilledIn) { EXPECT_EQ(compare(pattern(1), 1), ""); }

TEST(GpuBytes, OneWrongByteIsNamed) {
  auto bytes = pattern(1);
  bytes[9999] ^= 1;
  EXPECT_TRUE(compare(bytes, 1).starts_with("byte 9999 of 10000 is ")) << compare(bytes, 1);
}

TEST(GpuBytes, OfAnotherTimeOrPlaceAreNoticed) {
  for (uint32_t seed = 0; seed < 1000; ++seed) EXPECT_NE(compare(pattern(seed), seed + 1), "") << seed;
  auto moved = pattern(1);
  moved.erase(moved.begin());
  EXPECT_NE(compare(moved, 1), "");
}

TEST(GpuNumbers, DifferByAPartOfTheLargest) {
  const std::array expected = {1.0F, -100.0F};
  EXPECT_EQ(relative_difference(expected, expected), 0);
  EXPECT_NEAR(relative_difference(std::array{1.5F, -100.0F}, expected), 0.005, 1e-9);
}

TEST(GpuNumbers, ThatAreNoneOrMissingDifferInfinitely) {
  const std::array expected = {1.0F, 2.0F};
  EXPECT_TRUE(std::isinf(relative_difference(std::array{1.0F, NAN}, expected)));
  EXPECT_TRUE(std::isinf(relative_difference(std::array{1.0F}, expected)));
  EXPECT_TRUE(std::isinf(relative_difference({}, {})));
}

}  // namespace
}  // namespace ntrt::gpu
