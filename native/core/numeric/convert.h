#pragma once
// Bulk conversion between the floating-point types, by the rules of float_bits.h.

#include <cstddef>

#include "core/dtype.h"
#include "core/numeric/float_kernels.h"

namespace ntrt {

/// float32, float16, bfloat16 or float64.
bool is_float(DType type) noexcept;

/// Converts `count` elements between two types of which is_float() holds; one type alone is copied, bit by bit. Each
/// value is rounded once. Memory holds little-endian elements, need not be aligned, and must not overlap. Allocates
/// nothing.
void convert_floats(DType from, const void* source, DType to, void* target, size_t count,
                    const FloatKernels& kernels = float_kernels()) noexcept;

}  // namespace ntrt
