// The sums of statistics_piece.h with AVX2, looked for at run time: less than half of the time of the loop over single
// values. With MSVC it was never tried; on arm64 there is that loop only.

#include "core/cpu_features.h"
#include "core/numeric/statistics_piece.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>

#include <array>
#include <numeric>

// MSVC has every instruction everywhere; others want to be told.
#if defined(__GNUC__)
#define NTRT_WITH_AVX2 __attribute__((target("avx2")))
#else
#define NTRT_WITH_AVX2
#endif

namespace ntrt {
namespace {

constexpr size_t kWidth = 8;

NTRT_WITH_AVX2 std::array<float, kWidth> lanes_of(__m256 vector) {
  std::array<float, kWidth> lanes;
  _mm256_storeu_ps(lanes.data(), vector);
  return lanes;
}

NTRT_WITH_AVX2 double sum_of(__m256d a, __m256d b) {
  std::array<double, 4> lanes;
  _mm256_storeu_pd(lanes.data(), _mm256_add_pd(a, b));
  return std::accumulate(lanes.begin(), lanes.end(), 0.0);
}

/// Counts lanes that are all ones: as numbers those are -1.
class LaneCount {
 public:
  NTRT_WITH_AVX2 LaneCount() : count_(_mm256_setzero_si256()) {}
  NTRT_WITH_AVX2 void add(__m256 mask) { count_ = _mm256_sub_epi32(count_, _mm256_castps_si256(mask)); }
  NTRT_WITH_AVX2 size_t sum() const {
    std::array<unsigned, kWidth> lanes;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(lanes.data()), count_);
    return std::accumulate(lanes.begin(), lanes.end(), size_t{0});
  }

 private:
  __m256i count_;
};

/// Squares are added up as double, in two vectors for the halves of one of float.
class SquareSum {
 public:
  NTRT_WITH_AVX2 SquareSum() : low_(_mm256_setzero_pd()), high_(_mm256_setzero_pd()) {}
  NTRT_WITH_AVX2 void add(__m256 values) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(values));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(values, 1));
    low_ = _mm256_add_pd(low_, _mm256_mul_pd(low, low));
    high_ = _mm256_add_pd(high_, _mm256_mul_pd(high, high));
  }
  NTRT_WITH_AVX2 double sum() const { return sum_of(low_, high_); }

 private:
  __m256d low_;
  __m256d high_;
};

NTRT_WITH_AVX2 size_t add_avx2(StatisticsPiece<float>& piece, const float* values, const float* converted, size_t count,
                               float normal) noexcept {
  const __m256 infinity = _mm256_set1_ps(std::numeric_limits<float>::infinity());
  const __m256 minus_infinity = _mm256_set1_ps(-std::numeric_limits<float>::infinity());
  const __m256 sign = _mm256_set1_ps(-0.0F);
  const __m256 zero = _mm256_setzero_ps();
  const __m256 least = _mm256_set1_ps(normal);
  __m256 min = infinity;
  __m256 max = minus_infinity;
  __m256 smallest = infinity;
  LaneCount finite;
  LaneCount overflows;
  LaneCount vanishing;
  LaneCount subnormal;
  SquareSum squares;
  SquareSum errors;
  size_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    const __m256 value = _mm256_loadu_ps(values + i);
    const __m256 magnitude = _mm256_andnot_ps(sign, value);
    const __m256 after = _mm256_andnot_ps(sign, _mm256_loadu_ps(converted + i));
    const __m256 is_finite = _mm256_cmp_ps(magnitude, infinity, _CMP_LT_OQ);
    const __m256 is_something = _mm256_and_ps(is_finite, _mm256_cmp_ps(magnitude, zero, _CMP_NEQ_OQ));
    const __m256 is_over = _mm256_and_ps(is_finite, _mm256_cmp_ps(after, infinity, _CMP_EQ_OQ));
    const __m256 is_small = _mm256_and_ps(is_finite, _mm256_cmp_ps(after, least, _CMP_LT_OQ));
    const __m256 is_gone = _mm256_cmp_ps(after, zero, _CMP_EQ_OQ);
    finite.add(is_finite);
    overflows.add(is_over);
    vanishing.add(_mm256_and_ps(_mm256_and_ps(is_small, is_gone), is_something));
    subnormal.add(_mm256_andnot_ps(is_gone, is_small));
    min = _mm256_min_ps(min, _mm256_blendv_ps(infinity, value, is_finite));
    max = _mm256_max_ps(max, _mm256_blendv_ps(minus_infinity, value, is_finite));
    smallest = _mm256_min_ps(smallest, _mm256_blendv_ps(infinity, magnitude, is_something));
    squares.add(_mm256_and_ps(magnitude, is_finite));
    errors.add(_mm256_and_ps(_mm256_sub_ps(magnitude, after), _mm256_andnot_ps(is_over, is_finite)));
  }
  piece.finite += finite.sum();
  piece.overflows += overflows.sum();
  piece.vanishing += vanishing.sum();
  piece.subnormal += subnormal.sum();
  for (const float lane : lanes_of(min)) piece.min = std::min(piece.min, lane);
  for (const float lane : lanes_of(max)) piece.max = std::max(piece.max, lane);
  for (const float lane : lanes_of(smallest)) piece.smallest = std::min(piece.smallest, lane);
  piece.squares += squares.sum();
  piece.error_squares += errors.sum();
  return i;
}

}  // namespace

size_t add_vectors(StatisticsPiece<float>& piece, const float* values, const float* converted, size_t count,
                   float normal) noexcept {
  static const bool kIsThere = has_avx2_and_f16c();
  return kIsThere ? add_avx2(piece, values, converted, count, normal) : 0;
}

}  // namespace ntrt

#else

namespace ntrt {

size_t add_vectors(StatisticsPiece<float>&, const float*, const float*, size_t, float) noexcept { return 0; }

}  // namespace ntrt

#endif
