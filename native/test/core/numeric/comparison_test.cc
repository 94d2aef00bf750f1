#include "core/numeric/comparison.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/numeric/convert.h"
#include "test/core/numeric/rounding.h"

namespace ntrt {
namespace {

using ntrt::testing::kInf;
using ntrt::testing::kNaN;

template <typename A, typename B>
Comparison compare(DType a_type, const std::vector<A>& a, DType b_type, const std::vector<B>& b) {
  Comparison comparison;
  add_comparison(comparison, a_type, a.data(), b_type, b.data(), a.size());
  return comparison;
}

Comparison compare(const std::vector<float>& a, const std::vector<float>& b) {
  return compare(DType::kFloat32, a, DType::kFloat32, b);
}

TEST(Comparison, SumsUp) {
  const Comparison comparison = compare({1, 2, 3, -4}, {1, 2.5F, 1, -4});
  EXPECT_EQ(comparison.count, 4);
  EXPECT_EQ(comparison.finite, 4);
  EXPECT_EQ(comparison.mismatches, 0);
  EXPECT_EQ(comparison.largest_error, 2);
  EXPECT_EQ(comparison.largest_error_index, 2);
  EXPECT_EQ(comparison.absolute_errors, 2.5);
  EXPECT_EQ(comparison.error_squares, 4.25);
  EXPECT_EQ(comparison.a_squares, 30);
  EXPECT_EQ(comparison.b_squares, 1 + 6.25 + 1 + 16);
  EXPECT_EQ(comparison.products, 1 + 5 + 3 + 16);
}

TEST(Comparison, OfNothingHasNoIndices) {
  const Comparison comparison = compare({}, {});
  EXPECT_EQ(comparison.largest_error_index, -1);
  EXPECT_EQ(comparison.first_mismatch_index, -1);
}

TEST(Comparison, OfEqualArraysNamesTheFirstElement) {
  EXPECT_EQ(compare({5, 5}, {5, 5}).largest_error_index, 0);
  EXPECT_EQ(compare({5, 5}, {5, 5}).largest_error, 0);
}

TEST(Comparison, CountsWhatIsNotFiniteOnOneSide) {
  const Comparison comparison = compare({kNaN, kInf, -kInf, kInf, 1, kNaN, 2}, {kNaN, kInf, kInf, 1, kNaN, kInf, 3});
  EXPECT_EQ(comparison.count, 7);
  EXPECT_EQ(comparison.finite, 1);
  EXPECT_EQ(comparison.mismatches, 4);
  EXPECT_EQ(comparison.first_mismatch_index, 2);
  EXPECT_EQ(comparison.largest_error, 1);
  EXPECT_EQ(comparison.largest_error_index, 6);
  EXPECT_EQ(comparison.a_squares, 4);
}

TEST(Comparison, GoesOnWithTheNextPart) {
  std::vector<float> a(3000, 1);
  std::vector<float> b(3000, 1);
  b[1500] = 3;
  b[2500] = -1;
  b[2600] = kNaN;
  Comparison comparison;
  add_comparison(comparison, DType::kFloat32, a.data(), DType::kFloat32, b.data(), 1000);
  add_comparison(comparison, DType::kFloat32, a.data() + 1000, DType::kFloat32, b.data() + 1000, 2000);
  EXPECT_EQ(comparison.count, 3000);
  EXPECT_EQ(comparison.largest_error_index, 1500) << "the first of two alike";
  EXPECT_EQ(comparison.first_mismatch_index, 2600);
  EXPECT_EQ(comparison.absolute_errors, 4);
}

/// 3 and 100 against 5 and 100, in that type.
template <typename T>
void expect_integers(DType type) {
  const Comparison comparison = compare(type, std::vector<T>{3, 100}, type, std::vector<T>{5, 100});
  EXPECT_EQ(comparison.largest_error, 2) << dtype_name(type);
  EXPECT_EQ(comparison.products, 10015) << dtype_name(type);
}

TEST(Comparison, TakesAllIntegers) {
  expect_integers<int8_t>(DType::kInt8);
  expect_integers<uint8_t>(DType::kUint8);
  expect_integers<int16_t>(DType::kInt16);
  expect_integers<uint16_t>(DType::kUint16);
  expect_integers<int32_t>(DType::kInt32);
  expect_integers<uint32_t>(DType::kUint32);
  expect_integers<int64_t>(DType::kInt64);
  expect_integers<uint64_t>(DType::kUint64);
  const std::vector<uint8_t> a = {1, 0};
  EXPECT_EQ(compare(DType::kBool, a, DType::kBool, std::vector<uint8_t>{1, 1}).absolute_errors, 1);
  EXPECT_EQ(compare(DType::kInt8, std::vector<int8_t>{-128}, DType::kInt8, std::vector<int8_t>{127}).largest_error,
            255);
}

TEST(Comparison, SeesDifferencesOfLargeIntegersThatDoublesDoNot) {
  const int64_t large = (int64_t{1} << 53) + 1;
  const std::vector<int64_t> a = {large, std::numeric_limits<int64_t>::min(), -1};
  const std::vector<int64_t> b = {large - 1, std::numeric_limits<int64_t>::max(), 0};
  const Comparison comparison = compare(DType::kInt64, a, DType::kInt64, b);
  EXPECT_EQ(comparison.absolute_errors, 0x1p64) << "to which a double cannot add 2";
  EXPECT_EQ(comparison.largest_error, 0x1p64);
  EXPECT_EQ(comparison.largest_error_index, 1);
  const std::vector<uint64_t> c = {uint64_t{1} << 63};
  const std::vector<uint64_t> d = {(uint64_t{1} << 63) + 1};
  EXPECT_EQ(compare(DType::kUint64, c, DType::kUint64, d).largest_error, 1);
}

TEST(Comparison, TakesTwoTypes) {
  const std::vector<float> values = {1.001F, -300, 0};
  std::vector<uint16_t> halves(3);
  convert_floats(DType::kFloat32, values.data(), DType::kFloat16, halves.data(), 3);
  const Comparison comparison = compare(DType::kFloat32, values, DType::kFloat16, halves);
  EXPECT_EQ(comparison.largest_error_index, 0);
  EXPECT_NEAR(comparison.largest_error, 0.000023, 0.000001);
  const std::vector<double> doubles = {1, -300, 0};
  std::vector<uint16_t> brains(3);
  convert_floats(DType::kFloat64, doubles.data(), DType::kBFloat16, brains.data(), 3);
  EXPECT_EQ(compare(DType::kFloat64, doubles, DType::kBFloat16, brains).absolute_errors, 0);
  const std::vector<int64_t> longs = {2, -300, 0};
  EXPECT_EQ(compare(DType::kInt64, longs, DType::kFloat64, doubles).absolute_errors, 1);
  const std::vector<uint64_t> unsigned_longs = {1, 300, 0};
  EXPECT_EQ(compare(DType::kUint64, unsigned_longs, DType::kFloat64, doubles).absolute_errors, 600);
}

TEST(Comparison, TakesNumbersOnly) {
  EXPECT_TRUE(is_number(DType::kBool));
  EXPECT_FALSE(is_number(DType::kString));
}

}  // namespace
}  // namespace ntrt
