#pragma once
// A histogram of durations in fixed memory: 128 buckets per power of two. A quantile is the upper bound of the bucket
// that holds it, so it is within 1 % of the exact one, and can be computed from bounds and counts alone: histograms
// are merged by adding counts (lib/engine/latency.ts), with no second copy of the rule that makes the buckets.
// Any thread may record; a snapshot taken meanwhile may miss the newest values, never count one twice.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ntrt {

struct HistogramSnapshot {
  uint64_t count = 0;
  double sum_us = 0;
  double mean_us = 0;
  double p50_us = 0;
  double p90_us = 0;
  double p99_us = 0;
  double max_us = 0;
};

struct HistogramBucket {
  double upper_us = 0;  ///< the largest duration that it holds
  uint64_t count = 0;
};

class Histogram {
 public:
  void record(uint64_t nanoseconds) noexcept;
  /// `buckets`, if given, gets those that are not empty, ascending; their counts add up to that of the result.
  HistogramSnapshot snapshot(std::vector<HistogramBucket>* buckets = nullptr) const;

  /// Half-open range [lower, upper) in nanoseconds of the bucket that `nanoseconds` falls into; for tests.
  static uint64_t bucket_lower(size_t bucket) noexcept;
  static size_t bucket_of(uint64_t nanoseconds) noexcept;

 private:
  static constexpr int kSubBits = 7;   // 128 buckets per octave
  static constexpr int kOctaves = 35;  // up to 2^42 ns, over an hour; longer counts as that
  static constexpr size_t kBuckets = size_t{kOctaves + 1} << kSubBits;

  std::array<std::atomic<uint64_t>, kBuckets> buckets_{};
  std::atomic<uint64_t> sum_ns_{0};
  std::atomic<uint64_t> max_ns_{0};
};

}  // namespace ntrt
