// Rows that are made up for a model, and the comparison of what comes out.

#include "runtime/proof/sample_rows.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <set>

namespace ntrt {
namespace {

Signature signature_of(DType type, std::vector<Dim> dims = {std::string("n"), int64_t{3}, std::string("m")}) {
  Signature signature;
  signature.inputs = {{"x", type, std::move(dims), false}};
  return signature;
}

template <typename T>
std::vector<T> values(const TensorView& view) {
  const auto* const data = static_cast<const T*>(view.data);
  return std::vector<T>(data, data + element_count(view.dims));
}

TEST(SampleRowsGenerate, GivesFreeDimensionsTheirSizeAndOneRow) {
  const OwnedTensors row = generate_row(signature_of(DType::kFloat32), {0}, 16, 1);
  ASSERT_EQ(row.views.size(), 1U);
  EXPECT_EQ(row.views[0].dims, (Shape{1, 3, 16}));
  EXPECT_EQ(row.views[0].bytes, 3U * 16 * 4);
}

TEST(SampleRowsGenerate, FloatsLieWithinOne) {
  const OwnedTensors row = generate_row(signature_of(DType::kFloat32), {0}, 64, 1);
  for (const float value : values<float>(row.views[0])) EXPECT_LE(std::abs(value), 1.0F);
  const OwnedTensors doubles = generate_row(signature_of(DType::kFloat64), {0}, 64, 1);
  for (const double value : values<double>(doubles.views[0])) {
    EXPECT_GE(value, -1.0);
    EXPECT_LT(value, 1.0);
  }
}

TEST(SampleRowsGenerate, ShortFloatsAreFinite) {
  for (const DType type : {DType::kFloat16, DType::kBFloat16}) {
    const uint16_t exponent = type == DType::kFloat16 ? 0x7C00 : 0x7F80;
    const OwnedTensors row = generate_row(signature_of(type), {0}, 64, 1);
    std::set<uint16_t> seen;
    for (const uint16_t bits : values<uint16_t>(row.views[0])) {
      EXPECT_NE(bits & exponent, exponent);
      seen.insert(bits);
    }
    EXPECT_GT(seen.size(), 2U);
  }
}

template <typename T>
void expect_small(DType type, T low, T high) {
  const OwnedTensors row = generate_row(signature_of(type), {0}, 16, 1);
  const std::vector<T> all = values<T>(row.views[0]);
  EXPECT_EQ(all.size(), 48U) << dtype_name(type);
  const std::set<T> seen(all.begin(), all.end());
  EXPECT_EQ(seen, (std::set<T>{low, high})) << dtype_name(type);
}

TEST(SampleRowsGenerate, IntegersAreOneOrTwo) {
  expect_small<int8_t>(DType::kInt8, 1, 2);
  expect_small<uint8_t>(DType::kUint8, 1, 2);
  expect_small<int16_t>(DType::kInt16, 1, 2);
  expect_small<uint16_t>(DType::kUint16, 1, 2);
  expect_small<int32_t>(DType::kInt32, 1, 2);
  expect_small<uint32_t>(DType::kUint32, 1, 2);
  expect_small<int64_t>(DType::kInt64, 1, 2);
  expect_small<uint64_t>(DType::kUint64, 1, 2);
  expect_small<uint8_t>(DType::kBool, 0, 1);
}

TEST(SampleRowsGenerate, TextIsLetters) {
  const OwnedTensors row = generate_row(signature_of(DType::kString), {0}, 16, 1);
  const auto& texts = *static_cast<const std::vector<std::string>*>(row.views[0].data);
  ASSERT_EQ(texts.size(), 48U);
  for (const std::string& text : texts) {
    ASSERT_EQ(text.size(), 1U);
    EXPECT_TRUE(text[0] >= 'a' && text[0] <= 'z');
  }
}

TEST(SampleRowsGenerate, TheSeedDecides) {
  for (int i = 0; i < kNumDTypes; ++i) {
    const Signature signature = signature_of(static_cast<DType>(i));
    const OwnedTensors one = generate_row(signature, {0}, 64, 1);
    const OwnedTensors again = generate_row(signature, {0}, 64, 1);
    const OwnedTensors other = generate_row(signature, {0}, 64, 2);
    EXPECT_TRUE(same_row(one.views[0], 0, again.views[0], 0, 0)) << i;
    EXPECT_FALSE(same_row(one.views[0], 0, other.views[0], 0, 0)) << i;
  }
}

TEST(SampleRowsStack, PutsRowsOneBehindTheOther) {
  for (int i = 0; i < kNumDTypes; ++i) {
    const Signature signature = signature_of(static_cast<DType>(i));
    const OwnedTensors first = generate_row(signature, {0}, 4, 1);
    const OwnedTensors second = generate_row(signature, {0}, 4, 2);
    const OwnedTensors both = stack_rows({&first.views, &second.views}, {0});
    EXPECT_EQ(both.views[0].dims, (Shape{2, 3, 4}));
    EXPECT_TRUE(same_row(both.views[0], 0, first.views[0], 0, 0)) << i;
    EXPECT_TRUE(same_row(both.views[0], 1, second.views[0], 0, 0)) << i;
  }
}

/// Whether row 1 of two is `alone`.
template <typename T>
bool same(DType type, T together, T alone, double rtol = 0, double atol = 0) {
  std::vector<T> rows{T{}, together};
  std::vector<T> one{alone};
  return same_row({type, {2, 1}, rows.data(), 2 * sizeof(T)}, 1, {type, {1, 1}, one.data(), sizeof(T)}, rtol, atol);
}

TEST(SampleRowsCompare, FloatsWithinTheToleranceAreTheSame) {
  EXPECT_TRUE(same(DType::kFloat32, 1.001F, 1.0F, 0.01, 0));
  EXPECT_FALSE(same(DType::kFloat32, 1.02F, 1.0F, 0.01, 0));
  EXPECT_TRUE(same(DType::kFloat64, 1e-5, 0.0, 0.01, 1e-4));
  EXPECT_FALSE(same(DType::kFloat64, 1e-5, 0.0, 0.01, 0));
  EXPECT_TRUE(same(DType::kFloat32, -0.0F, 0.0F));
}

TEST(SampleRowsCompare, NotANumberEqualsItselfOnly) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(same(DType::kFloat64, nan, nan));
  EXPECT_FALSE(same(DType::kFloat64, nan, 1.0, 1, 1));
  EXPECT_FALSE(same(DType::kFloat64, 1.0, nan, 1, 1));
}

TEST(SampleRowsCompare, InfinityEqualsItselfOnly) {
  const float inf = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(same(DType::kFloat32, inf, inf, 1e-3, 1e-4));
  EXPECT_FALSE(same(DType::kFloat32, inf, 1.0F, 1e-3, 1e-4));
  EXPECT_FALSE(same(DType::kFloat32, 1.0F, inf, 1e-3, 1e-4)) << "any number is within a share of infinity";
  EXPECT_FALSE(same(DType::kFloat32, -inf, inf, 1e-3, 1e-4));
}

/// Whether the short float `bits` is `value`, asked by a tolerance around one that is known.
bool half_is(DType type, uint16_t bits, uint16_t near, double distance) {
  return same(type, bits, near, 0, distance * 1.0001) && !same(type, bits, near, 0, distance * 0.9999);
}

TEST(SampleRowsCompare, ShortFloatsAreComparedAsNumbers) {
  const DType half = DType::kFloat16;
  EXPECT_TRUE(half_is(half, 0x3C01, 0x3C00, std::ldexp(1, -10)));  // the next after 1
  EXPECT_TRUE(half_is(half, 0xC000, 0x3C00, 3));                   // -2 and 1
  EXPECT_TRUE(half_is(half, 0x0001, 0x0000, std::ldexp(1, -24)));  // the smallest
  EXPECT_TRUE(half_is(half, 0x0400, 0x03FF, std::ldexp(1, -24)));  // the last subnormal and the first normal number
  EXPECT_TRUE(half_is(half, 0x7BFF, 0x0000, 65504));               // the largest
  EXPECT_TRUE(same<uint16_t>(half, 0x8000, 0x0000));               // -0
  EXPECT_TRUE(same<uint16_t>(half, 0x7E00, 0x7C01));               // both are not a number
  EXPECT_TRUE(same<uint16_t>(half, 0x7C00, 0x7C00));
  EXPECT_FALSE(same<uint16_t>(half, 0xFC00, 0x7C00));
  const DType bfloat = DType::kBFloat16;
  EXPECT_TRUE(half_is(bfloat, 0x3F81, 0x3F80, std::ldexp(1, -7)));
  EXPECT_TRUE(half_is(bfloat, 0xC000, 0x3F80, 3));
  EXPECT_TRUE(same<uint16_t>(bfloat, 0x7FC0, 0x7F81));
  EXPECT_TRUE(same<uint16_t>(bfloat, 0x8000, 0x0000));
}

TEST(SampleRowsCompare, EverythingElseIsComparedExactly) {
  EXPECT_TRUE(same<int64_t>(DType::kInt64, 1LL << 60, 1LL << 60));
  EXPECT_FALSE(same<int64_t>(DType::kInt64, (1LL << 60) + 1, 1LL << 60, 1, 1));
  EXPECT_FALSE(same<uint8_t>(DType::kBool, 1, 0, 1, 1));
  std::vector<std::string> texts{"a", "b"};
  std::vector<std::string> alone{"b"};
  const TensorView both{DType::kString, {2, 1}, &texts, 0};
  const TensorView one{DType::kString, {1, 1}, &alone, 0};
  EXPECT_TRUE(same_row(both, 1, one, 0, 0));
  EXPECT_FALSE(same_row(both, 0, one, 0, 0));
}

TEST(SampleRowsCompare, AnotherTypeIsAnotherRow) {
  float value = 1;
  const TensorView number{DType::kFloat32, {1}, &value, 4};
  const TensorView bits{DType::kInt32, {1}, &value, 4};
  EXPECT_FALSE(same_row(number, 0, bits, 1, 1));
}

TEST(SampleRowsCompare, WithoutElementsThereIsNoDifference) {
  const TensorView none{DType::kFloat32, {1, 0}, nullptr, 0};
  EXPECT_TRUE(same_row(none, 0, none, 0, 0));
}

}  // namespace
}  // namespace ntrt
