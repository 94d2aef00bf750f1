#include "runtime/correction.h"

#include <gtest/gtest.h>

namespace ntrt {
namespace {

using std::chrono::milliseconds;

TEST(Correction, ChangesNothingAtFirst) { EXPECT_EQ(Correction().apply(milliseconds(40)), milliseconds(40)); }

TEST(Correction, FollowsWhatComesLaterThanPredicted) {
  Correction correction;
  for (int i = 0; i < 100; ++i) correction.learn(milliseconds(10), milliseconds(15));
  EXPECT_NEAR(correction.factor(), 1.5, 0.01);
  EXPECT_GT(correction.apply(milliseconds(40)), milliseconds(59));
}

TEST(Correction, ComesBackSlowlyAndNotBelowOne) {
  Correction correction;
  for (int i = 0; i < 100; ++i) correction.learn(milliseconds(10), milliseconds(20));
  const double high = correction.factor();
  for (int i = 0; i < 100; ++i) correction.learn(milliseconds(10), milliseconds(5));
  EXPECT_LT(correction.factor(), high);
  EXPECT_GT(correction.factor(), 1.5);
  for (int i = 0; i < 10000; ++i) correction.learn(milliseconds(10), milliseconds(5));
  EXPECT_EQ(correction.factor(), 1);
}

TEST(Correction, IgnoresWhatIsTooShortToSayAnything) {
  Correction correction;
  for (int i = 0; i < 100; ++i) correction.learn(std::chrono::microseconds(20), milliseconds(5));
  EXPECT_EQ(correction.factor(), 1);
}

TEST(Correction, HasALimit) {
  Correction correction;
  for (int i = 0; i < 1000; ++i) correction.learn(milliseconds(1), std::chrono::hours(1));
  EXPECT_EQ(correction.factor(), 10);
}

}  // namespace
}  // namespace ntrt
