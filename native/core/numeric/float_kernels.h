#pragma once
// Loops between float32 and the 16-bit formats, as fast as the processor has them. All give the same bits as
// float_bits.h, for all inputs. Memory need not be aligned; source and target must not overlap.

#include <cstddef>

namespace ntrt {

using FloatKernel = void (*)(const void* source, void* target, size_t count);

struct FloatKernels {
  const char* name;
  FloatKernel float32_to_float16;
  FloatKernel float32_to_bfloat16;
  FloatKernel float16_to_float32;
  FloatKernel bfloat16_to_float32;
};

/// On every processor.
const FloatKernels& scalar_kernels() noexcept;

/// By instructions for vectors: "avx2" (with F16C) on x86-64, "neon" on arm64. Null where this processor does not have
/// them, or this compiler does not know them.
const FloatKernels* vector_kernels() noexcept;

/// The best of both; decided once.
const FloatKernels& float_kernels() noexcept;

}  // namespace ntrt
