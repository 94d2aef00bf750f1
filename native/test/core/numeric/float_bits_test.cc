#include "core/numeric/float_bits.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "test/core/numeric/rounding.h"

namespace ntrt {
namespace {

constexpr uint16_t half_of(float value) { return narrow<Float32, Float16>(std::bit_cast<uint32_t>(value)); }
constexpr uint16_t brain_of(float value) { return narrow<Float32, BFloat16>(std::bit_cast<uint32_t>(value)); }
float value_of_half(uint16_t bits) { return std::bit_cast<float>(widen<Float16, Float32>(bits)); }
float value_of_brain(uint16_t bits) { return std::bit_cast<float>(widen<BFloat16, Float32>(bits)); }

// Before anything runs: these are constants.
static_assert(half_of(1.0F) == 0x3c00);
static_assert(half_of(-2.0F) == 0xc000);
static_assert(brain_of(1.0F) == 0x3f80);

TEST(Float16, HasItsLargestValueAndThenInfinity) {
  EXPECT_EQ(half_of(65504.0F), 0x7bff);
  EXPECT_EQ(half_of(std::nextafter(65520.0F, 0.0F)), 0x7bff);
  EXPECT_EQ(half_of(65520.0F), 0x7c00);
  EXPECT_EQ(half_of(-65520.0F), 0xfc00);
  EXPECT_EQ(half_of(std::numeric_limits<float>::max()), 0x7c00);
  EXPECT_EQ(half_of(std::numeric_limits<float>::infinity()), 0x7c00);
  EXPECT_EQ(half_of(-std::numeric_limits<float>::infinity()), 0xfc00);
}

TEST(Float16, RoundsTiesToEven) {
  EXPECT_EQ(half_of(1.0F + 0x1p-11F), 0x3c00);
  EXPECT_EQ(half_of(std::nextafter(1.0F + 0x1p-11F, 2.0F)), 0x3c01);
  EXPECT_EQ(half_of(1.0F + 3 * 0x1p-11F), 0x3c02);
  EXPECT_EQ(half_of(std::nextafter(2.0F, 1.0F)), 0x4000) << "the carry goes into the exponent";
}

TEST(Float16, HasSubnormalNumbers) {
  EXPECT_EQ(half_of(0x1p-14F), 0x0400) << "the smallest normal one";
  EXPECT_EQ(half_of(std::nextafter(0x1p-14F, 0.0F)), 0x0400) << "rounded up to it";
  EXPECT_EQ(half_of(0x1p-14F - 0x1p-24F), 0x03ff);
  EXPECT_EQ(half_of(0x1p-24F), 0x0001);
  EXPECT_EQ(half_of(0x1p-25F), 0x0000) << "a tie, to even";
  EXPECT_EQ(half_of(std::nextafter(0x1p-25F, 1.0F)), 0x0001);
  EXPECT_EQ(half_of(-0x1p-26F), 0x8000) << "a zero of the same sign";
  EXPECT_EQ(half_of(std::numeric_limits<float>::denorm_min()), 0x0000);
  EXPECT_EQ(half_of(-0.0F), 0x8000);
}

TEST(Float16, KeepsNaNsQuietWithTheTopOfTheirPayload) {
  EXPECT_EQ((narrow<Float32, Float16>(0x7fc00000)), 0x7e00);
  EXPECT_EQ((narrow<Float32, Float16>(0xffc02000)), 0xfe01);
  EXPECT_EQ((narrow<Float32, Float16>(0x7f800001)), 0x7e00) << "signalling; its payload is below what is kept";
  EXPECT_EQ((narrow<Float32, Float16>(0x7fffffff)), 0x7fff);
  EXPECT_EQ((widen<Float16, Float32>(0x7c01)), 0x7fc02000U) << "signalling";
  EXPECT_EQ((widen<Float16, Float32>(0xfe00)), 0xffc00000U);
}

TEST(Float16, EachValueIsWhatItsFieldsSay) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const int exponent = static_cast<int>(bits >> 10);
    const int mantissa = static_cast<int>(bits & 0x3ff);
    const double expected = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 15 - 10);
    ASSERT_EQ(value_of_half(static_cast<uint16_t>(bits)), expected) << bits;
    ASSERT_EQ(value_of_half(static_cast<uint16_t>(bits | 0x8000)), -expected) << bits;
  }
  EXPECT_EQ(value_of_half(0x7c00), std::numeric_limits<float>::infinity());
  EXPECT_EQ(value_of_half(0xfc00), -std::numeric_limits<float>::infinity());
}

TEST(BFloat16, IsTheTopOfAFloat32) {
  for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const float value = std::bit_cast<float>(bits << 16);
    const float widened = value_of_brain(static_cast<uint16_t>(bits));
    if (std::isnan(value)) {
      ASSERT_EQ(std::bit_cast<uint32_t>(widened), (bits << 16) | 0x00400000) << bits;
    } else {
      ASSERT_EQ(std::bit_cast<uint32_t>(widened), bits << 16) << bits;
    }
  }
}

TEST(BFloat16, RoundsTiesToEvenAndOverflows) {
  EXPECT_EQ(brain_of(1.0F + 0x1p-8F), 0x3f80);
  EXPECT_EQ(brain_of(std::nextafter(1.0F + 0x1p-8F, 2.0F)), 0x3f81);
  EXPECT_EQ(brain_of(1.0F + 3 * 0x1p-8F), 0x3f82);
  EXPECT_EQ(brain_of(0x1.fep127F), 0x7f7f);
  EXPECT_EQ(brain_of(std::nextafter(0x1.ffp127F, 0.0F)), 0x7f7f);
  EXPECT_EQ(brain_of(0x1.ffp127F), 0x7f80);
  EXPECT_EQ(brain_of(0x1p-133F), 0x0001) << "the smallest";
  EXPECT_EQ(brain_of(0x1p-134F), 0x0000) << "a tie, to even";
  EXPECT_EQ((narrow<Float32, BFloat16>(0x7f800001)), 0x7fc0);
  EXPECT_EQ((narrow<Float32, BFloat16>(0xffc10000)), 0xffc1);
}

TEST(Narrowing, GivesBackWhatWasWidened) {
  for (uint32_t i = 0; i <= 0xffff; ++i) {
    const auto bits = static_cast<uint16_t>(i);
    const uint16_t half = (bits & 0x7fff) > 0x7c00 ? bits | 0x0200 : bits;
    const uint16_t brain = (bits & 0x7fff) > 0x7f80 ? bits | 0x0040 : bits;
    ASSERT_EQ((narrow<Float32, Float16>(widen<Float16, Float32>(bits))), half);
    ASSERT_EQ((narrow<Float64, Float16>(widen<Float16, Float64>(bits))), half);
    ASSERT_EQ((narrow<Float32, BFloat16>(widen<BFloat16, Float32>(bits))), brain);
    ASSERT_EQ((narrow<Float64, BFloat16>(widen<BFloat16, Float64>(bits))), brain);
  }
}

/// Compares narrowing with rounding by arithmetic.
template <typename From, typename To, typename Value>
void expect_rounded(typename From::Bits bits, const testing::Format& format) {
  const auto value = std::bit_cast<Value>(bits);
  if (std::isnan(value)) return;
  const auto rounded = std::bit_cast<double>(widen<To, Float64>(narrow<From, To>(bits)));
  const double expected = testing::round_to(value, format);
  ASSERT_EQ(std::bit_cast<uint64_t>(rounded), std::bit_cast<uint64_t>(expected)) << std::hexfloat << value;
}

TEST(Narrowing, RoundsAsArithmeticDoes) {
  testing::Bits random;
  for (int i = 0; i < 300'000; ++i) {
    const uint64_t bits = random();
    expect_rounded<Float32, Float16, float>(static_cast<uint32_t>(bits), testing::kHalf);
    expect_rounded<Float32, BFloat16, float>(static_cast<uint32_t>(bits), testing::kBrain);
    // Exponents about those of the narrower formats; of float64 most others overflow or vanish.
    const uint64_t half_bits = (bits & 0x800fffffffffffff) | ((1023 - 30 + (bits >> 52) % 50) << 52);
    const uint64_t brain_bits = (bits & 0x800fffffffffffff) | ((1023 - 140 + (bits >> 52) % 280) << 52);
    expect_rounded<Float64, Float16, double>(half_bits, testing::kHalf);
    expect_rounded<Float64, BFloat16, double>(brain_bits, testing::kBrain);
    expect_rounded<Float64, Float16, double>(bits, testing::kHalf);
    expect_rounded<Float64, BFloat16, double>(bits, testing::kBrain);
  }
}

TEST(Narrowing, RoundsWhatLiesBetweenTwoNeighbours) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const double low = value_of_half(static_cast<uint16_t>(bits));
    const double high = bits + 1 == 0x7c00 ? 65536 : value_of_half(static_cast<uint16_t>(bits + 1));
    const double middle = (low + high) / 2;
    for (const double value : {middle, std::nextafter(middle, low), std::nextafter(middle, high)}) {
      expect_rounded<Float64, Float16, double>(std::bit_cast<uint64_t>(value), testing::kHalf);
      expect_rounded<Float64, Float16, double>(std::bit_cast<uint64_t>(-value), testing::kHalf);
    }
  }
}

}  // namespace
}  // namespace ntrt
