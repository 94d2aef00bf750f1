// Quantiles against an exact sort, and recording from several threads.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "runtime/stats/histogram.h"

namespace ntrt {
namespace {

constexpr double kNsInUs = 1000.0;

double exact_us(const std::vector<uint64_t>& sorted, double quantile) {
  return static_cast<double>(sorted[static_cast<size_t>(quantile * static_cast<double>(sorted.size() - 1))]) / kNsInUs;
}

void expect_quantiles_of(std::vector<uint64_t> values) {
  Histogram histogram;
  uint64_t sum_ns = 0;
  for (const uint64_t value : values) {
    histogram.record(value);
    sum_ns += value;
  }
  const double sum = static_cast<double>(sum_ns) / kNsInUs;
  std::sort(values.begin(), values.end());
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count, values.size());
  const auto expect_close = [](double actual, double exact) { EXPECT_LE(std::abs(actual - exact), exact / 100); };
  expect_close(snapshot.p50_us, exact_us(values, 0.5));
  expect_close(snapshot.p90_us, exact_us(values, 0.9));
  expect_close(snapshot.p99_us, exact_us(values, 0.99));
  EXPECT_EQ(snapshot.max_us, static_cast<double>(values.back()) / kNsInUs);
  EXPECT_DOUBLE_EQ(snapshot.sum_us, sum);
  EXPECT_DOUBLE_EQ(snapshot.mean_us, sum / static_cast<double>(values.size()));
}

TEST(HistogramQuantiles, OfOneValue) { expect_quantiles_of({123456}); }

TEST(HistogramQuantiles, OfTwoValues) { expect_quantiles_of({1000, 1000000}); }

TEST(HistogramQuantiles, OfALongTailAreThoseOfASort) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> latency(11.0, 1.5);  // around 60 us
  for (const size_t count : {size_t{10}, size_t{999}, size_t{100000}}) {
    std::vector<uint64_t> values(count);
    for (uint64_t& value : values) value = 200 + static_cast<uint64_t>(latency(random));
    expect_quantiles_of(values);
  }
}

TEST(HistogramQuantiles, NeverExceedTheMaximum) {
  Histogram histogram;
  histogram.record(1000000);
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_LE(snapshot.p99_us, snapshot.max_us);
}

TEST(HistogramConcurrency, EveryValueIsCountedOnce) {
  constexpr uint64_t kThreads = 4;
  constexpr uint64_t kPerThread = 20000;
  Histogram histogram;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    uint64_t before = 0;
    while (!done) {
      const HistogramSnapshot snapshot = histogram.snapshot();
      EXPECT_GE(snapshot.count, before);
      EXPECT_LE(snapshot.count, kThreads * kPerThread);
      before = snapshot.count;
    }
  });
  std::vector<std::thread> writers;
  for (uint64_t t = 0; t < kThreads; ++t) {
    writers.emplace_back([&histogram, t] {
      for (uint64_t i = 1; i <= kPerThread; ++i) histogram.record(i * 1000 + t);
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  const HistogramSnapshot snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count, kThreads * kPerThread);
  EXPECT_EQ(snapshot.max_us, static_cast<double>(kPerThread * 1000 + kThreads - 1) / kNsInUs);
  const double per_thread = static_cast<double>(kPerThread) * static_cast<double>(kPerThread + 1) / 2;
  EXPECT_NEAR(snapshot.sum_us, per_thread * kThreads + 0.006 * kPerThread, 1e-3);
  EXPECT_NEAR(snapshot.p50_us, kPerThread / 2.0, kPerThread / 2.0 / 100);
}

}  // namespace
}  // namespace ntrt
