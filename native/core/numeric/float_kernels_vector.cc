// The loops with the instructions of x86-64 (AVX2 and F16C, looked for at run time) and of arm64 (NEON, always there).
// What is left behind the last full vector is done by the scalar loops.

#include "core/cpu_features.h"
#include "core/numeric/float_kernels.h"

#if defined(__x86_64__) || defined(_M_X64)
#define NTRT_X64
#include <immintrin.h>
#elif defined(__aarch64__) && !defined(_MSC_VER)  // MSVC for arm64 was never tried
#define NTRT_ARM64
#include <arm_neon.h>
#endif

// MSVC has every instruction everywhere; others want to be told.
#if defined(__GNUC__)
#define NTRT_TARGET_AVX2 __attribute__((target("avx2,f16c")))
#else
#define NTRT_TARGET_AVX2
#endif

namespace ntrt {

#if defined(NTRT_X64) || defined(NTRT_ARM64)
namespace {

/// Where element `index` of that many bytes is.
template <size_t kBytes>
const unsigned char* at(const void* data, size_t index) {
  return static_cast<const unsigned char*>(data) + index * kBytes;
}

template <size_t kBytes>
unsigned char* at(void* data, size_t index) {
  return static_cast<unsigned char*>(data) + index * kBytes;
}

#if defined(NTRT_X64)

NTRT_TARGET_AVX2 __m256i load_256(const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); }
NTRT_TARGET_AVX2 __m128i load_128(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
NTRT_TARGET_AVX2 void store(void* to, __m256i value) { _mm256_storeu_si256(static_cast<__m256i*>(to), value); }
NTRT_TARGET_AVX2 void store(void* to, __m128i value) { _mm_storeu_si128(static_cast<__m128i*>(to), value); }

NTRT_TARGET_AVX2 void float32_to_float16(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256 values = _mm256_castsi256_ps(load_256(at<4>(source, i)));
    store(at<2>(target, i), _mm256_cvtps_ph(values, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  scalar_kernels().float32_to_float16(at<4>(source, i), at<2>(target, i), count - i);
}

NTRT_TARGET_AVX2 void float16_to_float32(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    store(at<4>(target, i), _mm256_castps_si256(_mm256_cvtph_ps(load_128(at<2>(source, i)))));
  }
  scalar_kernels().float16_to_float32(at<2>(source, i), at<4>(target, i), count - i);
}

/// All ones where the bits of a float32 are those of a NaN.
NTRT_TARGET_AVX2 __m256i is_nan(__m256i bits) {
  const __m256i magnitude = _mm256_and_si256(bits, _mm256_set1_epi32(0x7fffffff));
  return _mm256_cmpgt_epi32(magnitude, _mm256_set1_epi32(0x7f800000));
}

/// The bfloat16 of each float32, in 32 bits.
NTRT_TARGET_AVX2 __m256i to_bfloat16(__m256i bits) {
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(_mm256_add_epi32(bits, _mm256_set1_epi32(0x7fff)), odd);
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x00400000));
  return _mm256_srli_epi32(_mm256_blendv_epi8(rounded, quiet, is_nan(bits)), 16);
}

NTRT_TARGET_AVX2 void float32_to_bfloat16(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i first = to_bfloat16(load_256(at<4>(source, i)));
    const __m256i second = to_bfloat16(load_256(at<4>(source, i + 8)));
    // Packing works on halves of the vectors; the permutation puts the quarters in order.
    constexpr int kOrder = 0b11'01'10'00;
    store(at<2>(target, i), _mm256_permute4x64_epi64(_mm256_packus_epi32(first, second), kOrder));
  }
  scalar_kernels().float32_to_bfloat16(at<4>(source, i), at<2>(target, i), count - i);
}

NTRT_TARGET_AVX2 void bfloat16_to_float32(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const __m256i bits = _mm256_slli_epi32(_mm256_cvtepu16_epi32(load_128(at<2>(source, i))), 16);
    store(at<4>(target, i), _mm256_or_si256(bits, _mm256_and_si256(is_nan(bits), _mm256_set1_epi32(0x00400000))));
  }
  scalar_kernels().bfloat16_to_float32(at<2>(source, i), at<4>(target, i), count - i);
}

constexpr const char* kName = "avx2";

bool is_there() noexcept { return has_avx2_and_f16c(); }

#else

// Loaded as bytes: those have no alignment.
uint32x4_t load_32(const unsigned char* from) { return vreinterpretq_u32_u8(vld1q_u8(from)); }
uint16x4_t load_16(const unsigned char* from) { return vreinterpret_u16_u8(vld1_u8(from)); }
void store(unsigned char* to, uint32x4_t value) { vst1q_u8(to, vreinterpretq_u8_u32(value)); }
void store(unsigned char* to, uint16x4_t value) { vst1_u8(to, vreinterpret_u8_u16(value)); }

void float32_to_float16(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float32x4_t values = vreinterpretq_f32_u32(load_32(at<4>(source, i)));
    store(at<2>(target, i), vreinterpret_u16_f16(vcvt_f16_f32(values)));
  }
  scalar_kernels().float32_to_float16(at<4>(source, i), at<2>(target, i), count - i);
}

void float16_to_float32(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float16x4_t values = vreinterpret_f16_u16(load_16(at<2>(source, i)));
    store(at<4>(target, i), vreinterpretq_u32_f32(vcvt_f32_f16(values)));
  }
  scalar_kernels().float16_to_float32(at<2>(source, i), at<4>(target, i), count - i);
}

/// All ones where the bits of a float32 are those of a NaN.
uint32x4_t is_nan(uint32x4_t bits) {
  return vcgtq_u32(vandq_u32(bits, vdupq_n_u32(0x7fffffff)), vdupq_n_u32(0x7f800000));
}

void float32_to_bfloat16(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const uint32x4_t bits = load_32(at<4>(source, i));
    const uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    const uint32x4_t rounded = vaddq_u32(vaddq_u32(bits, vdupq_n_u32(0x7fff)), odd);
    const uint32x4_t quiet = vorrq_u32(bits, vdupq_n_u32(0x00400000));
    store(at<2>(target, i), vshrn_n_u32(vbslq_u32(is_nan(bits), quiet, rounded), 16));
  }
  scalar_kernels().float32_to_bfloat16(at<4>(source, i), at<2>(target, i), count - i);
}

void bfloat16_to_float32(const void* source, void* target, size_t count) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const uint32x4_t bits = vshll_n_u16(load_16(at<2>(source, i)), 16);
    store(at<4>(target, i), vorrq_u32(bits, vandq_u32(is_nan(bits), vdupq_n_u32(0x00400000))));
  }
  scalar_kernels().bfloat16_to_float32(at<2>(source, i), at<4>(target, i), count - i);
}

constexpr const char* kName = "neon";

bool is_there() noexcept { return true; }

#endif

}  // namespace

const FloatKernels* vector_kernels() noexcept {
  static constexpr FloatKernels kKernels = {
      kName, float32_to_float16, float32_to_bfloat16, float16_to_float32, bfloat16_to_float32,
  };
  static const bool kIsThere = is_there();
  return kIsThere ? &kKernels : nullptr;
}

#else

const FloatKernels* vector_kernels() noexcept { return nullptr; }

#endif

}  // namespace ntrt
