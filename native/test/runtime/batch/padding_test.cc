// Buckets, and what inputs are padded with.

#include "runtime/batch/padding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace ntrt {
namespace {

template <typename T>
std::optional<T> value_of(DType type, PadValue value) {
  const auto element = to_element(type, value);
  if (!element) return std::nullopt;
  T result;
  std::memcpy(&result, element->data(), sizeof(T));
  return result;
}

template <typename T>
void expect_limits(DType type) {
  using Limits = std::numeric_limits<T>;
  const auto low = static_cast<int64_t>(Limits::min());
  const auto high = static_cast<int64_t>(std::min<uint64_t>(Limits::max(), INT64_MAX));
  EXPECT_EQ(value_of<T>(type, low), Limits::min());
  EXPECT_EQ(value_of<T>(type, high), static_cast<T>(high));
  EXPECT_EQ(value_of<T>(type, 5.0), T{5});
  if constexpr (sizeof(T) < sizeof(int64_t)) {
    EXPECT_EQ(value_of<T>(type, low - 1), std::nullopt);
    EXPECT_EQ(value_of<T>(type, high + 1), std::nullopt);
    EXPECT_EQ(value_of<T>(type, static_cast<double>(low)), Limits::min());
    EXPECT_EQ(value_of<T>(type, static_cast<double>(high) + 1), std::nullopt);
  }
  if (low == 0) {
    EXPECT_EQ(value_of<T>(type, -1.0), std::nullopt);
  }
  for (const double none : {0.5, std::nan(""), HUGE_VAL, 1e300, 9007199254740994.0}) {
    EXPECT_EQ(value_of<T>(type, none), std::nullopt) << none;
  }
}

TEST(PadElement, OfIntegersMustBeOne) {
  expect_limits<int8_t>(DType::kInt8);
  expect_limits<uint8_t>(DType::kUint8);
  expect_limits<int16_t>(DType::kInt16);
  expect_limits<uint16_t>(DType::kUint16);
  expect_limits<int32_t>(DType::kInt32);
  expect_limits<uint32_t>(DType::kUint32);
  expect_limits<int64_t>(DType::kInt64);
  expect_limits<uint64_t>(DType::kUint64);
  EXPECT_EQ(value_of<int64_t>(DType::kInt64, -9007199254740992.0), -9007199254740992);
}

TEST(PadElement, OfBooleansIsZeroOrOne) {
  EXPECT_EQ(value_of<uint8_t>(DType::kBool, 0.0), 0);
  EXPECT_EQ(value_of<uint8_t>(DType::kBool, int64_t{1}), 1);
  for (const double none : {2.0, -1.0, 0.5}) EXPECT_EQ(value_of<uint8_t>(DType::kBool, none), std::nullopt);
}

TEST(PadElement, OfTextIsNone) { EXPECT_EQ(to_element(DType::kString, 0.0), std::nullopt); }

TEST(PadElement, OfWideFloatingPointNumbersIsRounded) {
  EXPECT_EQ(value_of<float>(DType::kFloat32, 0.1), 0.1F);
  EXPECT_EQ(value_of<float>(DType::kFloat32, int64_t{-3}), -3.0F);
  EXPECT_EQ(value_of<float>(DType::kFloat32, -HUGE_VAL), -HUGE_VALF);
  EXPECT_TRUE(std::isnan(*value_of<float>(DType::kFloat32, std::nan(""))));
  EXPECT_EQ(value_of<double>(DType::kFloat64, 0.1), 0.1);
}

TEST(PadElement, OfFloat16IsTheNearestEvenOnATie) {
  const std::vector<std::pair<double, uint16_t>> known = {{0.0, 0x0000},
                                                          {-0.0, 0x8000},
                                                          {1.0, 0x3C00},
                                                          {-2.0, 0xC000},
                                                          {0.5, 0x3800},
                                                          {0.1, 0x2E66},
                                                          {65504, 0x7BFF},
                                                          {65519, 0x7BFF},
                                                          {65520, 0x7C00},
                                                          {1e9, 0x7C00},
                                                          {-1e9, 0xFC00},
                                                          {HUGE_VAL, 0x7C00},
                                                          {6.103515625e-5, 0x0400},
                                                          {6.097555160522461e-5, 0x03FF},
                                                          {5.960464477539063e-8, 0x0001},
                                                          {0x1p-25, 0x0000},
                                                          {0x1.00001p-25, 0x0001},
                                                          {8.940696716308594e-8, 0x0002},
                                                          {1 + 0x1p-11, 0x3C00},
                                                          {1 + 0x3p-11, 0x3C02},
                                                          {1 + 0x1.1p-11, 0x3C01},
                                                          {0x1.fffp0, 0x4000}};
  for (const auto& [value, bits] : known) EXPECT_EQ(value_of<uint16_t>(DType::kFloat16, value), bits) << value;
  EXPECT_EQ(value_of<uint16_t>(DType::kFloat16, std::nan("")), 0x7E00);
}

TEST(PadElement, OfBfloat16IsTheNearestEvenOnATie) {
  const std::vector<std::pair<double, uint16_t>> known = {
      {0.0, 0x0000},        {-0.0, 0x8000},       {1.0, 0x3F80},        {-2.0, 0xC000},
      {0.1, 0x3DCD},        {3.38953e38, 0x7F7F}, {3.4e38, 0x7F80},     {1e300, 0x7F80},
      {-HUGE_VAL, 0xFF80},  {0x1p-126, 0x0080},   {0x1p-133, 0x0001},   {0x1p-134, 0x0000},
      {0x1.8p-134, 0x0001}, {1 + 0x1p-8, 0x3F80}, {1 + 0x3p-8, 0x3F82}, {1 + 0x1p-8 + 0x1p-40, 0x3F81}};
  for (const auto& [value, bits] : known) EXPECT_EQ(value_of<uint16_t>(DType::kBFloat16, value), bits) << value;
  EXPECT_EQ(value_of<uint16_t>(DType::kBFloat16, std::nan("")), 0x7FC0);
}

TEST(Padding, GoesToTheSmallestBucketThatFits) {
  Padding padding;
  padding.buckets = {4, 8, 32};
  padding.lengths = {3, 32, 1};
  for (size_t length = 0; length < 40; ++length) {
    const size_t expected = length < 3 || length > 32 ? 0 : length <= 4 ? 4 : length <= 8 ? 8 : 32;
    EXPECT_EQ(padding.bucket_of(length), expected) << length;
  }
  padding.lengths = {2, 32, 2};
  EXPECT_EQ(padding.bucket_of(3), 0U) << "between the steps";
  EXPECT_EQ(padding.bucket_of(6), 8U);
  EXPECT_EQ(Padding().bucket_of(1), 0U);
}

TEST(Padding, ChangesThePaddedDimensionOnly) {
  Padding padding;
  padding.input_axes = {2, kNoAxis};
  EXPECT_EQ(padded_dims(padding, 0, {1, 2, 3}, 8), (Shape{1, 2, 8}));
  EXPECT_EQ(padded_dims(padding, 1, {1, 2, 3}, 8), (Shape{1, 2, 3}));
}

}  // namespace
}  // namespace ntrt
