#include "core/numeric/convert.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "core/numeric/float_bits.h"
#include "test/core/numeric/rounding.h"

namespace ntrt {
namespace {

constexpr DType kFloats[] = {DType::kFloat32, DType::kFloat16, DType::kBFloat16, DType::kFloat64};

template <typename To, typename From>
std::vector<To> converted(DType from, const std::vector<From>& values, DType to) {
  std::vector<To> result(values.size());
  convert_floats(from, values.data(), to, result.data(), values.size());
  return result;
}

TEST(ConvertFloats, KnowsWhichTypesAreFloats) {
  int count = 0;
  for (int i = 0; i < kNumDTypes; ++i) count += is_float(static_cast<DType>(i)) ? 1 : 0;
  EXPECT_EQ(count, 4);
  for (const DType type : kFloats) EXPECT_TRUE(is_float(type));
}

TEST(ConvertFloats, GoesBetweenAnyTwoTypes) {
  // All types hold these.
  const std::vector<double> values = {0, -0.0, 1, -2.5, 0x1p-14, -96, std::numeric_limits<double>::infinity()};
  for (const DType from : kFloats) {
    std::vector<double> source(values.size());  // room for any type
    convert_floats(DType::kFloat64, values.data(), from, source.data(), values.size());
    for (const DType to : kFloats) {
      std::vector<double> target(values.size());
      std::vector<double> back(values.size());
      convert_floats(from, source.data(), to, target.data(), values.size());
      convert_floats(to, target.data(), DType::kFloat64, back.data(), values.size());
      EXPECT_EQ(back, values) << dtype_name(from) << " to " << dtype_name(to);
      EXPECT_TRUE(std::signbit(back[1]));
    }
  }
}

TEST(ConvertFloats, CopiesATypeToItself) {
  const std::vector<uint16_t> bits = {0x7c01, 0x1234};
  EXPECT_EQ(converted<uint16_t>(DType::kFloat16, bits, DType::kFloat16), bits);
}

TEST(ConvertFloats, RoundsFloat64Once) {
  // To float32 this is a tie, and from there another, which goes the other way.
  const std::vector<double> values = {1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-8 + 0x1p-40};
  EXPECT_EQ(converted<uint16_t>(DType::kFloat64, values, DType::kFloat16)[0], 0x3c01);
  EXPECT_EQ(converted<uint16_t>(DType::kFloat64, values, DType::kBFloat16)[1], 0x3f81);
  const auto by_float32 = std::bit_cast<uint32_t>(static_cast<float>(values[0]));
  EXPECT_EQ((narrow<Float32, Float16>(by_float32)), 0x3c00) << "rounded twice";
}

TEST(ConvertFloats, GoesThroughFloat32InPieces) {
  std::vector<uint16_t> halves(5000);
  for (size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<uint16_t>(i * 13);
  const auto brains = converted<uint16_t>(DType::kFloat16, halves, DType::kBFloat16);
  const auto doubles = converted<double>(DType::kFloat16, halves, DType::kFloat64);
  for (size_t i = 0; i < halves.size(); ++i) {
    ASSERT_EQ(brains[i], (narrow<Float32, BFloat16>(widen<Float16, Float32>(halves[i])))) << i;
    ASSERT_EQ(std::bit_cast<uint64_t>(doubles[i]), (widen<Float16, Float64>(halves[i]))) << i;
  }
}

TEST(ConvertFloats, UsesTheProcessorBetweenFloat32AndFloat64ByTheSameRules) {
  testing::Bits random;
  std::vector<uint64_t> wide = {0x7ff0000000000001, 0xfff8000000000000, 0x47efffffffffffff, 0x36a0000000000000};
  std::vector<uint32_t> narrow_values = {0x7f800001, 0xffc00000, 1, 0x7f7fffff};
  for (int i = 0; i < 100'000; ++i) {
    wide.push_back(random());
    // About the exponents of float32, with its subnormals.
    wide.push_back((random() & 0x800fffffffffffff) | ((1023 - 155 + random() % 290) << 52));
    narrow_values.push_back(static_cast<uint32_t>(random()));
  }
  const auto floats = converted<uint32_t>(DType::kFloat64, wide, DType::kFloat32);
  const auto doubles = converted<uint64_t>(DType::kFloat32, narrow_values, DType::kFloat64);
  for (size_t i = 0; i < wide.size(); ++i) ASSERT_EQ(floats[i], (narrow<Float64, Float32>(wide[i]))) << i;
  for (size_t i = 0; i < narrow_values.size(); ++i) {
    ASSERT_EQ(doubles[i], (widen<Float32, Float64>(narrow_values[i]))) << i;
  }
}

TEST(ConvertFloats, TakesMemoryAtAnyAddress) {
  const std::vector<double> values = {1, -3, 0.5};
  for (const DType from : kFloats) {
    for (const DType to : kFloats) {
      char source[64];
      char target[64];
      double back[3];
      convert_floats(DType::kFloat64, values.data(), from, source + 1, 3);
      convert_floats(from, source + 1, to, target + 3, 3);
      convert_floats(to, target + 3, DType::kFloat64, back, 3);
      EXPECT_EQ(std::vector<double>(back, back + 3), values);
    }
  }
}

TEST(ConvertFloats, DoesNothingWithoutElements) {
  convert_floats(DType::kFloat32, nullptr, DType::kFloat32, nullptr, 0);
  convert_floats(DType::kFloat16, nullptr, DType::kFloat64, nullptr, 0);
}

}  // namespace
}  // namespace ntrt
