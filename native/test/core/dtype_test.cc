#include "core/dtype.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace ntrt {
namespace {

TEST(DType, NamesAreThePublicOnes) {
  EXPECT_EQ(dtype_name(DType::kFloat32), "float32");
  EXPECT_EQ(dtype_name(DType::kFloat16), "float16");
  EXPECT_EQ(dtype_name(DType::kBFloat16), "bfloat16");
  EXPECT_EQ(dtype_name(DType::kUint64), "uint64");
  EXPECT_EQ(dtype_name(DType::kBool), "bool");
  EXPECT_EQ(dtype_name(DType::kString), "string");
}

TEST(DType, EveryTypeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int i = 0; i < kNumDTypes; ++i) names.insert(dtype_name(static_cast<DType>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(kNumDTypes));
  EXPECT_FALSE(names.contains(""));
}

TEST(DType, SizeMatchesTheDigitsInTheName) {
  EXPECT_EQ(dtype_size(DType::kFloat32), sizeof(float));
  EXPECT_EQ(dtype_size(DType::kFloat64), sizeof(double));
  EXPECT_EQ(dtype_size(DType::kFloat16), 2U);
  EXPECT_EQ(dtype_size(DType::kBFloat16), 2U);
  EXPECT_EQ(dtype_size(DType::kInt8), 1U);
  EXPECT_EQ(dtype_size(DType::kUint16), 2U);
  EXPECT_EQ(dtype_size(DType::kUint32), 4U);
  EXPECT_EQ(dtype_size(DType::kInt64), 8U);
  EXPECT_EQ(dtype_size(DType::kBool), 1U);
}

TEST(DType, StringsHaveNoFixedSize) { EXPECT_EQ(dtype_size(DType::kString), 0U); }

}  // namespace
}  // namespace ntrt
