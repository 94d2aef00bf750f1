#include "runtime/batch/lateness.h"

#include <gtest/gtest.h>

namespace ntrt {
namespace {

using std::chrono::milliseconds;

const Clock::time_point kHour{std::chrono::hours(1)};

TEST(Lateness, IsNothingAtFirst) { EXPECT_EQ(Lateness().expected(kHour), milliseconds(0)); }

TEST(Lateness, IsTheMostThatCame) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(15), kHour);
  lateness.learn(milliseconds(20), milliseconds(28), kHour);
  lateness.learn(milliseconds(10), milliseconds(11), kHour);
  EXPECT_EQ(lateness.expected(kHour), milliseconds(8));
}

TEST(Lateness, IsNotMadeSmallerByWhatComesInTime) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kHour);
  for (int i = 0; i < 1000; ++i) lateness.learn(milliseconds(10), milliseconds(5), kHour);
  EXPECT_EQ(lateness.expected(kHour), milliseconds(20));
}

TEST(Lateness, FadesByHalf) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kHour);
  EXPECT_EQ(lateness.expected(kHour + Lateness::kHalfLife), milliseconds(10));
  EXPECT_EQ(lateness.expected(kHour + 2 * Lateness::kHalfLife), milliseconds(5));
  lateness.learn(milliseconds(10), milliseconds(16), kHour + 2 * Lateness::kHalfLife);
  EXPECT_EQ(lateness.expected(kHour + 2 * Lateness::kHalfLife), milliseconds(6));
}

TEST(Lateness, OfThreadsThatReadTheClockEarlierIsTheSame) {
  Lateness lateness;
  lateness.learn(milliseconds(10), milliseconds(30), kHour);
  EXPECT_EQ(lateness.expected(kHour - milliseconds(1)), milliseconds(20));
}

TEST(Lateness, HasALimit) {
  Lateness lateness;
  lateness.learn(milliseconds(1), std::chrono::hours(1), kHour);
  EXPECT_EQ(lateness.expected(kHour), Lateness::kMost);
}

}  // namespace
}  // namespace ntrt
