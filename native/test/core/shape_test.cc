#include "core/shape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "core/error.h"

namespace ntrt {
namespace {

constexpr int64_t kTwoTo53 = int64_t{1} << 53;

Code code_of(const Shape& dims) {
  try {
    element_count(dims);
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "no error for " << to_string(dims);
  return Code::kInternal;
}

TEST(Shape, ElementCountIsTheProduct) {
  EXPECT_EQ(element_count(Shape{2, 3, 224}), 1344U);
  EXPECT_EQ(element_count(Shape{7}), 7U);
}

TEST(Shape, AScalarHasOneElement) { EXPECT_EQ(element_count(Shape{}), 1U); }

TEST(Shape, AZeroDimensionMakesItEmpty) {
  EXPECT_EQ(element_count(Shape{0}), 0U);
  EXPECT_EQ(element_count(Shape{3, 0, 5}), 0U);
}

TEST(Shape, AZeroDimensionForgivesAProductThatOverflowsBeforeIt) {
  constexpr int64_t kHuge = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(element_count(Shape{kHuge, kHuge, 0}), 0U);
}

TEST(Shape, NegativeDimensionsAreOutOfRange) {
  EXPECT_EQ(code_of({-1}), Code::kOutOfRange);
  EXPECT_EQ(code_of({2, -3}), Code::kOutOfRange);
  EXPECT_EQ(code_of({std::numeric_limits<int64_t>::min()}), Code::kOutOfRange);
}

TEST(Shape, CountsUpToTwoToThe53) {
  EXPECT_EQ(element_count(Shape{kTwoTo53}), static_cast<size_t>(kTwoTo53));
  EXPECT_EQ(element_count(Shape{kTwoTo53 / 2, 2}), static_cast<size_t>(kTwoTo53));
  EXPECT_EQ(code_of({kTwoTo53 + 1}), Code::kOutOfRange);
  EXPECT_EQ(code_of({kTwoTo53, 2}), Code::kOutOfRange);
}

TEST(Shape, ProductsThatWrapAroundTo64BitsAreRefused) {
  EXPECT_EQ(code_of({int64_t{1} << 32, int64_t{1} << 32}), Code::kOutOfRange);  // 2^64 wraps to 0
  EXPECT_EQ(code_of({int64_t{1} << 32, int64_t{1} << 32, int64_t{1} << 32}), Code::kOutOfRange);
  EXPECT_EQ(code_of({(int64_t{1} << 32) + 1, int64_t{1} << 32}), Code::kOutOfRange);  // wraps to 2^32
  EXPECT_EQ(code_of({std::numeric_limits<int64_t>::max(), 3}), Code::kOutOfRange);
}

TEST(Shape, ErrorNamesTheShape) {
  try {
    element_count(Shape{4, -2});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("-2"), std::string::npos);
    EXPECT_NE(error.message().find("[4, -2]"), std::string::npos);
  }
}

TEST(Shape, TextIsABracketedList) {
  EXPECT_EQ(to_string(Shape{}), "[]");
  EXPECT_EQ(to_string(Shape{1}), "[1]");
  EXPECT_EQ(to_string(Shape{2, -1, 224}), "[2, -1, 224]");
}

}  // namespace
}  // namespace ntrt
