#include "runtime/stats/histogram.h"

#include <algorithm>
#include <bit>

namespace ntrt {

// Values below 2^kSubBits have a bucket each; above, the leading kSubBits + 1 bits choose it.
size_t Histogram::bucket_of(uint64_t nanoseconds) noexcept {
  constexpr uint64_t kLinear = uint64_t{1} << kSubBits;
  if (nanoseconds < kLinear) return static_cast<size_t>(nanoseconds);
  const int exponent = static_cast<int>(std::bit_width(nanoseconds)) - 1 - kSubBits;
  const size_t bucket = (static_cast<size_t>(exponent) << kSubBits) + static_cast<size_t>(nanoseconds >> exponent);
  return std::min(bucket, kBuckets - 1);
}

uint64_t Histogram::bucket_lower(size_t bucket) noexcept {
  constexpr size_t kLinear = size_t{1} << kSubBits;
  if (bucket < kLinear) return bucket;
  const size_t exponent = (bucket >> kSubBits) - 1;
  return static_cast<uint64_t>(bucket - (exponent << kSubBits)) << exponent;
}

void Histogram::record(uint64_t nanoseconds) noexcept {
  buckets_[bucket_of(nanoseconds)].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(nanoseconds, std::memory_order_relaxed);
  uint64_t seen = max_ns_.load(std::memory_order_relaxed);
  while (nanoseconds > seen && !max_ns_.compare_exchange_weak(seen, nanoseconds, std::memory_order_relaxed)) {
  }
}

HistogramSnapshot Histogram::snapshot(std::vector<HistogramBucket>* buckets) const {
  constexpr double kNsPerUs = 1000.0;
  const auto upper_us = [](size_t bucket) { return static_cast<double>(bucket_lower(bucket + 1) - 1) / kNsPerUs; };
  std::array<uint64_t, kBuckets> counts;
  uint64_t count = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    counts[i] = buckets_[i].load(std::memory_order_relaxed);
    count += counts[i];
    if (buckets != nullptr && counts[i] > 0) buckets->push_back({upper_us(i), counts[i]});
  }
  HistogramSnapshot result;
  result.count = count;
  if (count == 0) return result;

  result.max_us = static_cast<double>(max_ns_.load(std::memory_order_relaxed)) / kNsPerUs;
  const auto quantile = [&](double q) {
    const auto rank = static_cast<uint64_t>(q * static_cast<double>(count - 1));
    size_t bucket = 0;
    for (uint64_t up_to = counts[0]; up_to <= rank; up_to += counts[bucket]) ++bucket;
    return std::min(upper_us(bucket), result.max_us);
  };
  result.sum_us = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / kNsPerUs;
  result.mean_us = result.sum_us / static_cast<double>(count);
  result.p50_us = quantile(0.5);
  result.p90_us = quantile(0.9);
  result.p99_us = quantile(0.99);
  return result;
}

}  // namespace ntrt
