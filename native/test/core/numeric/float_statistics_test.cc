#include "core/numeric/float_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/numeric/convert.h"
#include "core/numeric/statistics_piece.h"
#include "test/core/numeric/rounding.h"

namespace ntrt {
namespace {

using ntrt::testing::kInf;
using ntrt::testing::kNaN;

FloatStatistics of(const std::vector<float>& values, DType target = DType::kFloat16) {
  FloatStatistics statistics;
  add_statistics(statistics, DType::kFloat32, values.data(), values.size(), target);
  return statistics;
}

TEST(FloatStatistics, OfNothingAreEmpty) {
  const FloatStatistics statistics = of({});
  EXPECT_EQ(statistics.count, 0);
  EXPECT_EQ(statistics.largest_magnitude, 0);
  EXPECT_EQ(statistics.min, kInf);
}

TEST(FloatStatistics, SayWhatFloat16Loses) {
  const FloatStatistics statistics = of({1, -3, 0, -0.0F, 65519, 65520, -1e30F, 0x1p-24F, 0x1p-20F, 0x1p-25F, 1e-30F});
  EXPECT_EQ(statistics.count, 11);
  EXPECT_EQ(statistics.finite, 11);
  EXPECT_EQ(statistics.min, -1e30F);
  EXPECT_EQ(statistics.max, 65520);
  EXPECT_EQ(statistics.smallest_magnitude, 1e-30F);
  EXPECT_EQ(statistics.largest_magnitude, 1e30F);
  EXPECT_EQ(statistics.overflows, 2);
  EXPECT_EQ(statistics.vanishing, 2);
  EXPECT_EQ(statistics.subnormal, 2);
}

TEST(FloatStatistics, OfBFloat16HaveItsRange) {
  const FloatStatistics statistics = of({65520, 1e30F, 0x1p-126F, 0x1p-127F, 0x1p-140F, 0x1.ffp127F}, DType::kBFloat16);
  EXPECT_EQ(statistics.overflows, 1);
  EXPECT_EQ(statistics.vanishing, 1);
  EXPECT_EQ(statistics.subnormal, 1);
}

TEST(FloatStatistics, LeaveOutWhatIsNotFinite) {
  const FloatStatistics statistics = of({kNaN, kInf, -kInf, 2});
  EXPECT_EQ(statistics.count, 4);
  EXPECT_EQ(statistics.finite, 1);
  EXPECT_EQ(statistics.min, 2);
  EXPECT_EQ(statistics.max, 2);
  EXPECT_EQ(statistics.overflows, 0);
  EXPECT_EQ(statistics.squares, 4);
  EXPECT_EQ(of({kNaN}).largest_magnitude, 0);
}

TEST(FloatStatistics, SumSquaresOfValuesAndOfErrors) {
  const FloatStatistics statistics = of({3, 1 + 0x1p-12F, 1e6F});
  EXPECT_DOUBLE_EQ(statistics.squares, 9 + std::pow(1 + 0x1p-12, 2) + 1e12);
  EXPECT_DOUBLE_EQ(statistics.error_squares, 0x1p-24) << "without what overflows";
}

TEST(FloatStatistics, OfFloat64KnowFloat32) {
  const std::vector<double> values = {1e300, 1e-300, 1e-40, 1.0, 1 + 0x1p-30};
  FloatStatistics statistics;
  add_statistics(statistics, DType::kFloat64, values.data(), values.size(), DType::kFloat32);
  EXPECT_EQ(statistics.overflows, 1);
  EXPECT_EQ(statistics.vanishing, 1);
  EXPECT_EQ(statistics.subnormal, 1);
  EXPECT_EQ(statistics.largest_magnitude, 1e300);
  EXPECT_NEAR(statistics.error_squares, 0x1p-60, 1e-24);
}

TEST(FloatStatistics, ToFloat64LoseNothing) {
  const FloatStatistics statistics = of({1e-40F, 3e38F, 1.1F}, DType::kFloat64);
  EXPECT_EQ(statistics.overflows + statistics.vanishing + statistics.subnormal + statistics.error_squares, 0);
}

TEST(FloatStatistics, OfSixteenBitsAreThoseOfTheirValues) {
  const std::vector<float> values = {1.5F, -70000, 0.25F};
  std::vector<uint16_t> brains(3);
  convert_floats(DType::kFloat32, values.data(), DType::kBFloat16, brains.data(), 3);
  FloatStatistics statistics;
  add_statistics(statistics, DType::kBFloat16, brains.data(), 3, DType::kFloat16);
  EXPECT_EQ(statistics.overflows, 1);
  EXPECT_EQ(statistics.max, 1.5);
}

/// The same, one value at a time.
FloatStatistics reference(const std::vector<float>& values, const testing::Format& format) {
  FloatStatistics all;
  for (const double value : values) {
    all.count += 1;
    if (!std::isfinite(value)) continue;
    const double rounded = testing::round_to(value, format);
    all.finite += 1;
    all.min = std::min(all.min, value);
    all.max = std::max(all.max, value);
    if (value != 0) all.smallest_magnitude = std::min(all.smallest_magnitude, std::abs(value));
    all.largest_magnitude = std::max(all.largest_magnitude, std::abs(value));
    if (std::isinf(rounded)) all.overflows += 1;
    if (value != 0 && rounded == 0) all.vanishing += 1;
    if (rounded != 0 && std::abs(rounded) < std::scalbn(1.0, format.min_exponent)) all.subnormal += 1;
    all.squares += value * value;
    if (!std::isinf(rounded)) all.error_squares += (value - rounded) * (value - rounded);
  }
  return all;
}

void expect_alike(const FloatStatistics& actual, const FloatStatistics& expected) {
  EXPECT_EQ(actual.count, expected.count);
  EXPECT_EQ(actual.finite, expected.finite);
  EXPECT_EQ(actual.min, expected.min);
  EXPECT_EQ(actual.max, expected.max);
  EXPECT_EQ(actual.smallest_magnitude, expected.smallest_magnitude);
  EXPECT_EQ(actual.largest_magnitude, expected.largest_magnitude);
  EXPECT_EQ(actual.overflows, expected.overflows);
  EXPECT_EQ(actual.vanishing, expected.vanishing);
  EXPECT_EQ(actual.subnormal, expected.subnormal);
  EXPECT_NEAR(actual.squares, expected.squares, expected.squares * 1e-12);
  EXPECT_NEAR(actual.error_squares, expected.error_squares, expected.error_squares * 1e-12);
}

/// Any bits: numbers of every size, infinite ones, and what is no number.
std::vector<float> any_floats(size_t count) {
  testing::Bits random;
  std::vector<float> values(count);
  for (float& value : values) {
    const auto bits = static_cast<uint32_t>(random());
    std::memcpy(&value, &bits, sizeof(value));
  }
  return values;
}

TEST(FloatStatistics, AreThoseOfEachValueInTurn) {
  const std::vector<float> values = any_floats(100'003);
  expect_alike(of(values), reference(values, testing::kHalf));
  expect_alike(of(values, DType::kBFloat16), reference(values, testing::kBrain));
}

TEST(FloatStatistics, OfPartsAreThoseOfTheWhole) {
  testing::Bits random;
  std::vector<float> values(5000);
  for (float& value : values)
    value = std::ldexp(static_cast<float>(random() % 1000) - 500, static_cast<int>(random() % 40) - 30);
  FloatStatistics parts;
  for (size_t begin = 0, length = 0; begin < values.size(); begin += length) {
    length = std::min<size_t>(1 + random() % 700, values.size() - begin);
    add_statistics(parts, DType::kFloat32, values.data() + begin, length, DType::kFloat16);
  }
  expect_alike(parts, of(values));
}

FloatStatistics totals_of(const StatisticsPiece<float>& piece, size_t count) {
  FloatStatistics all;
  all.count = static_cast<double>(count);
  all.finite = static_cast<double>(piece.finite);
  all.min = piece.min;
  all.max = piece.max;
  all.smallest_magnitude = piece.smallest;
  all.largest_magnitude = std::max({0.0, -all.min, all.max});
  all.overflows = static_cast<double>(piece.overflows);
  all.vanishing = static_cast<double>(piece.vanishing);
  all.subnormal = static_cast<double>(piece.subnormal);
  all.squares = piece.squares;
  all.error_squares = piece.error_squares;
  return all;
}

TEST(FloatStatistics, VectorsAndSingleValuesAgree) {
  for (const DType target : {DType::kFloat16, DType::kBFloat16}) {
    const float normal = target == DType::kFloat16 ? 0x1p-14F : 0x1p-126F;
    for (const size_t count : {0, 1, 7, 8, 9, 64, 1000, 4096}) {
      std::vector<float> values = any_floats(count);
      const float special[] = {0, -0.0F, kNaN, kInf, -kInf, 65519, -65520, 0x1p-24F, 0x1p-25F, 0x1p-149F};
      for (size_t i = 0; i < values.size(); i += 3) values[i] = special[i / 3 % std::size(special)];
      std::vector<uint16_t> low(count);
      std::vector<float> converted(count);
      convert_floats(DType::kFloat32, values.data(), target, low.data(), count);
      convert_floats(target, low.data(), DType::kFloat32, converted.data(), count);
      StatisticsPiece<float> piece;
      const size_t done = add_vectors(piece, values.data(), converted.data(), count, normal);
      EXPECT_TRUE(done == 0 || done == count / 8 * 8);
      values.resize(done);
      expect_alike(totals_of(piece, done),
                   reference(values, target == DType::kFloat16 ? testing::kHalf : testing::kBrain));
    }
  }
}

}  // namespace
}  // namespace ntrt
