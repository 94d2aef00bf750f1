#include "runtime/stats/histogram.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace ntrt {
namespace {

constexpr uint64_t kLongest = uint64_t{1} << 42;  // longer counts as that
constexpr double kNsPerUs = 1000.0;

size_t last_bucket() { return Histogram::bucket_of(UINT64_MAX); }

/// Spread evenly over the orders of magnitude below kLongest.
uint64_t random_duration(std::mt19937_64& random) {
  const uint64_t bits = random() % 42;
  return (uint64_t{1} << bits) | (random() & ((uint64_t{1} << bits) - 1));
}

TEST(HistogramBuckets, AreContiguousAndGrow) {
  EXPECT_EQ(Histogram::bucket_lower(0), 0U);
  for (size_t i = 0; i <= last_bucket(); ++i) {
    const uint64_t lower = Histogram::bucket_lower(i);
    const uint64_t upper = Histogram::bucket_lower(i + 1);
    ASSERT_LT(lower, upper) << i;
    ASSERT_EQ(Histogram::bucket_of(lower), i);
    ASSERT_EQ(Histogram::bucket_of(upper - 1), i);
  }
  EXPECT_EQ(Histogram::bucket_lower(last_bucket() + 1), kLongest);
}

TEST(HistogramBuckets, HoldTheirValues) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t value = random_duration(random);
    const size_t bucket = Histogram::bucket_of(value);
    ASSERT_LE(Histogram::bucket_lower(bucket), value);
    ASSERT_GT(Histogram::bucket_lower(bucket + 1), value);
  }
}

TEST(HistogramBuckets, LongerDurationsShareTheLast) {
  for (const uint64_t value : {kLongest, kLongest + 1, uint64_t{1} << 62, uint64_t{1} << 63, UINT64_MAX}) {
    EXPECT_EQ(Histogram::bucket_of(value), last_bucket()) << value;
  }
  EXPECT_LT(Histogram::bucket_of(kLongest / 2), last_bucket());
}

// One value a thousand times and one longer one: the quantiles are that value and not capped by the maximum.
TEST(Histogram, QuantilesAreWithinOnePercentOverTheWholeRange) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 300; ++i) {
    const uint64_t value = random_duration(random);
    Histogram histogram;
    for (int k = 0; k < 1000; ++k) histogram.record(value);
    histogram.record(value * 2 + 100);
    const HistogramSnapshot snapshot = histogram.snapshot();
    const double exact = static_cast<double>(value) / kNsPerUs;
    for (const double quantile : {snapshot.p50_us, snapshot.p90_us, snapshot.p99_us}) {
      ASSERT_LE(std::abs(quantile - exact), exact / 100) << value << " ns";
    }
  }
}

TEST(Histogram, GivesTheBucketsThatAreNotEmptyAscending) {
  std::mt19937_64 random(4);
  Histogram histogram;
  std::map<uint64_t, uint64_t> expected;  // by bucket
  for (int i = 0; i < 10000; ++i) {
    const uint64_t value = random_duration(random);
    histogram.record(value);
    ++expected[Histogram::bucket_of(value)];
  }
  std::vector<HistogramBucket> buckets;
  EXPECT_EQ(histogram.snapshot(&buckets).count, 10000U);
  ASSERT_EQ(buckets.size(), expected.size());
  auto bucket = buckets.begin();
  for (const auto& [index, count] : expected) {
    ASSERT_EQ(bucket->count, count);
    ASSERT_EQ(bucket->upper_us, static_cast<double>(Histogram::bucket_lower(index + 1) - 1) / kNsPerUs);
    ++bucket;
  }
}

TEST(Histogram, AQuantileIsTheUpperBoundOfItsBucket) {
  Histogram histogram;
  for (const uint64_t value : {1'000'000U, 1'000'001U, 9'000'000U}) histogram.record(value);
  std::vector<HistogramBucket> buckets;
  const HistogramSnapshot snapshot = histogram.snapshot(&buckets);
  ASSERT_EQ(buckets.size(), 2U);
  EXPECT_EQ(snapshot.p50_us, buckets[0].upper_us);
  EXPECT_GE(snapshot.p50_us, 1000.001) << "never less than the exact one";
  EXPECT_EQ(snapshot.max_us, 9000.0);
  EXPECT_GE(buckets[1].upper_us, snapshot.max_us);
}

TEST(Histogram, StartsEmpty) {
  std::vector<HistogramBucket> buckets;
  const HistogramSnapshot snapshot = Histogram().snapshot(&buckets);
  EXPECT_TRUE(buckets.empty());
  EXPECT_EQ(snapshot.count, 0U);
  for (const double value : {snapshot.sum_us, snapshot.mean_us, snapshot.p50_us, snapshot.p99_us, snapshot.max_us}) {
    EXPECT_EQ(value, 0.0);
  }
}

TEST(Histogram, ZeroIsADuration) {
  Histogram histogram;
  histogram.record(0);
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count, 1U);
  EXPECT_EQ(snapshot.p50_us, 0.0);
  EXPECT_EQ(snapshot.p99_us, 0.0);
  EXPECT_EQ(snapshot.max_us, 0.0);
  EXPECT_EQ(snapshot.mean_us, 0.0);
}

TEST(Histogram, AHugeDurationIsTheMaximumAndCountsAsTheLongest) {
  constexpr uint64_t kHuge = uint64_t{1} << 63;
  Histogram histogram;
  histogram.record(kHuge);
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count, 1U);
  EXPECT_EQ(snapshot.max_us, static_cast<double>(kHuge) / kNsPerUs);
  EXPECT_EQ(snapshot.mean_us, static_cast<double>(kHuge) / kNsPerUs);
  const double longest = static_cast<double>(kLongest) / kNsPerUs;
  EXPECT_NEAR(snapshot.p50_us, longest, longest / 100);
}

}  // namespace
}  // namespace ntrt
