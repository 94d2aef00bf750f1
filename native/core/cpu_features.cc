// By `cpuid` itself: __builtin_cpu_supports needs a part of the compiler's runtime that not every linker brings. MSVC's
// half was never tried.

#include "core/cpu_features.h"

#include <array>
#include <cstdint>

#if defined(_M_X64) && defined(_MSC_VER) && !defined(__clang__)
#include <immintrin.h>
#include <intrin.h>
#elif defined(__x86_64__)
#include <cpuid.h>
#endif

namespace ntrt {

#if defined(__x86_64__) || defined(_M_X64)
namespace {

struct CpuId {
  uint32_t ebx = 0;
  uint32_t ecx = 0;
};

/// All zeros for a leaf that the processor does not have.
CpuId cpuid(uint32_t leaf) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  std::array<int, 4> registers{};
  __cpuid(registers.data(), 0);
  if (static_cast<uint32_t>(registers[0]) < leaf) return {};
  __cpuidex(registers.data(), static_cast<int>(leaf), 0);
  return {static_cast<uint32_t>(registers[1]), static_cast<uint32_t>(registers[2])};
#else
  uint32_t eax = 0;
  uint32_t edx = 0;
  CpuId id;
  __get_cpuid_count(leaf, 0, &eax, &id.ebx, &id.ecx, &edx);
  return id;
#endif
}

/// Which registers the operating system keeps when it switches threads. Only where `cpuid` has OSXSAVE.
uint32_t kept_registers() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  return static_cast<uint32_t>(_xgetbv(0));
#else
  uint32_t low = 0;
  uint32_t high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
#endif
}

}  // namespace

bool has_avx2_and_f16c() noexcept {
  constexpr uint32_t kOsXSave = 1U << 27;
  constexpr uint32_t kAvx = 1U << 28;
  constexpr uint32_t kF16c = 1U << 29;
  constexpr uint32_t kAvx2 = 1U << 5;
  constexpr uint32_t kNeeded = kOsXSave | kAvx | kF16c;
  constexpr uint32_t kXmmAndYmm = 6;
  return (cpuid(1).ecx & kNeeded) == kNeeded && (kept_registers() & kXmmAndYmm) == kXmmAndYmm &&
         (cpuid(7).ebx & kAvx2) != 0;
}

#else

bool has_avx2_and_f16c() noexcept { return false; }

#endif

}  // namespace ntrt
