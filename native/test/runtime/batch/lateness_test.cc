#include "runtime/batch/lateness.h"

#include <gtest/gtest.h>

namespace ntrt {
namespace {

using std::chrono::milliseconds;

const Clock::time_point kStart{std::chrono::hours(1)};

TEST(Lateness, IsNothingAtFirst) { EXPECT_EQ(Lateness().expected(kStart), milliseconds(0)); }

TEST(Lateness, IsTheMostThatCame) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(15), kStart);
  lateness.learn(milliseconds(20), milliseconds(28), kStart);
  lateness.learn(milliseconds(10), milliseconds(11), kStart);
  EXPECT_EQ(lateness.expected(kStart), milliseconds(8));
}

TEST(Lateness, IsNotMadeSmallerByWhatComesInTime) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kStart);
  for (int i = 0; i < 1000; ++i) lateness.learn(milliseconds(10), milliseconds(5), kStart);
  EXPECT_EQ(lateness.expected(kStart), milliseconds(20));
}

TEST(Lateness, FadesByHalf) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kStart);
  EXPECT_EQ(lateness.expected(kStart + Lateness::kHalfLife), milliseconds(10));
  EXPECT_EQ(lateness.expected(kStart + 2 * Lateness::kHalfLife), milliseconds(5));
  lateness.learn(milliseconds(10), milliseconds(16), kStart + 2 * Lateness::kHalfLife);
  EXPECT_EQ(lateness.expected(kStart + 2 * Lateness::kHalfLife), milliseconds(6));
}

TEST(Lateness, OfThreadsThatReadTheClockEarlierIsTheSame) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kStart);
  EXPECT_EQ(lateness.expected(kStart - milliseconds(1)), milliseconds(20));
}

TEST(Lateness, HasALimit) {
  Lateness lateness;
  lateness.learn(milliseconds(1), std::chrono::hours(1), kStart);
  EXPECT_EQ(lateness.expected(kStart), Lateness::kMost);
}

}  // namespace
}  // namespace ntrt
