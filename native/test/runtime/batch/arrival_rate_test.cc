#include "runtime/batch/arrival_rate.h"

#include <gtest/gtest.h>

namespace ntrt {
namespace {

using namespace std::chrono_literals;

constexpr Clock::time_point kFirst{std::chrono::hours(1000)};
constexpr Clock::duration kHalfLife =
    std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(ArrivalRate::kHalfLifeS));

/// `rows` in each of `interval`, for `time` from `from` on.
void feed(ArrivalRate& rate, size_t rows, Clock::duration interval, Clock::duration time, Clock::time_point from) {
  for (Clock::duration at{}; at < time; at += interval) rate.add(rows, from + at);
}

TEST(ArrivalRate, IsZeroAtFirst) { EXPECT_EQ(ArrivalRate().rows_per_second(kFirst), 0.0); }

TEST(ArrivalRate, ComesToWhatArrivesSteadily) {
  ArrivalRate rate;
  feed(rate, 1, 1ms, 10s, kFirst);
  EXPECT_NEAR(rate.rows_per_second(kFirst + 10s), 1000, 10);
}

TEST(ArrivalRate, CountsRowsNotRequests) {
  ArrivalRate rate;
  feed(rate, 8, 4ms, 10s, kFirst);
  EXPECT_NEAR(rate.rows_per_second(kFirst + 10s), 2000, 20);
}

TEST(ArrivalRate, IsHalfOfItAfterHalfALife) {
  ArrivalRate rate;
  feed(rate, 1, 1ms, kHalfLife, kFirst);
  EXPECT_NEAR(rate.rows_per_second(kFirst + kHalfLife), 500, 10);
}

TEST(ArrivalRate, FadesByHalfEveryHalfLife) {
  ArrivalRate rate;
  rate.add(100, kFirst);
  const double first = rate.rows_per_second(kFirst);
  EXPECT_GT(first, 0);
  EXPECT_NEAR(rate.rows_per_second(kFirst + kHalfLife), first / 2, first / 1000);
  EXPECT_NEAR(rate.rows_per_second(kFirst + 3 * kHalfLife), first / 8, first / 1000);
  EXPECT_LT(rate.rows_per_second(kFirst + 100 * kHalfLife), 1e-20);
}

TEST(ArrivalRate, FollowsAChange) {
  ArrivalRate rate;
  feed(rate, 1, 1ms, 5s, kFirst);
  feed(rate, 1, 100ms, 5s, kFirst + 5s);
  EXPECT_NEAR(rate.rows_per_second(kFirst + 10s), 10, 2);
}

TEST(ArrivalRate, AskingDoesNotChangeIt) {
  ArrivalRate asked;
  ArrivalRate left_alone;
  for (ArrivalRate* rate : {&asked, &left_alone}) rate->add(10, kFirst);
  for (int i = 1; i <= 1000; ++i) asked.rows_per_second(kFirst + i * 1ms);
  EXPECT_NEAR(asked.rows_per_second(kFirst + 1s), left_alone.rows_per_second(kFirst + 1s), 1e-9);
}

// Threads read the clock before they get here.
TEST(ArrivalRate, ATimeBeforeTheLastCountsAsTheLast) {
  ArrivalRate rate;
  rate.add(10, kFirst);
  rate.add(10, kFirst - 1s);
  const double both = rate.rows_per_second(kFirst);
  ArrivalRate at_once;
  at_once.add(20, kFirst);
  EXPECT_EQ(both, at_once.rows_per_second(kFirst));
}

}  // namespace
}  // namespace ntrt
