#pragma once
// What the processor can do beyond what this binary was compiled for.

namespace ntrt {

/// AVX2 and F16C (conversions between float32 and float16), and an operating system that keeps their registers. False
/// on anything but x86-64.
bool has_avx2_and_f16c() noexcept;

}  // namespace ntrt
