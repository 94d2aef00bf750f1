#include "core/numeric/convert.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "core/numeric/float_bits.h"

namespace ntrt {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX's data is little-endian, and is used as it is");

/// What goes by way of float32, which holds both 16-bit formats exactly, does so in pieces of this many elements.
constexpr size_t kConversionPiece = 1024;

/// By the processor's own conversion, which keeps the rules of float_bits.h.
template <typename From, typename To>
void cast_all(const void* source, void* target, size_t count) noexcept {
  for (size_t i = 0; i < count; ++i) store_element(target, i, static_cast<To>(load_element<From>(source, i)));
}

/// Not by way of float32: that would round twice.
template <typename To>
void narrow_float64(const void* source, void* target, size_t count) noexcept {
  for (size_t i = 0; i < count; ++i) {
    store_element(target, i, narrow<Float64, To>(load_element<uint64_t>(source, i)));
  }
}

void from_float32(const void* source, DType to, void* target, size_t count, const FloatKernels& kernels) noexcept {
  if (to == DType::kFloat16) return kernels.float32_to_float16(source, target, count);
  if (to == DType::kBFloat16) return kernels.float32_to_bfloat16(source, target, count);
  cast_all<float, double>(source, target, count);
}

void from_float64(const void* source, DType to, void* target, size_t count) noexcept {
  if (to == DType::kFloat16) return narrow_float64<Float16>(source, target, count);
  if (to == DType::kBFloat16) return narrow_float64<BFloat16>(source, target, count);
  cast_all<double, float>(source, target, count);
}

}  // namespace

bool is_float(DType type) noexcept {
  return type == DType::kFloat32 || type == DType::kFloat16 || type == DType::kBFloat16 || type == DType::kFloat64;
}

void convert_floats(DType from, const void* source, DType to, void* target, size_t count,
                    const FloatKernels& kernels) noexcept {
  const size_t from_bytes = dtype_size(from);
  const size_t to_bytes = dtype_size(to);
  if (count == 0) return;
  if (from == to) {
    std::memcpy(target, source, count * from_bytes);
    return;
  }
  if (from == DType::kFloat32) return from_float32(source, to, target, count, kernels);
  if (from == DType::kFloat64) return from_float64(source, to, target, count);

  const FloatKernel widen = from == DType::kFloat16 ? kernels.float16_to_float32 : kernels.bfloat16_to_float32;
  if (to == DType::kFloat32) return widen(source, target, count);
  std::array<float, kConversionPiece> piece;
  for (size_t i = 0; i < count; i += kConversionPiece) {
    const size_t length = std::min(kConversionPiece, count - i);
    widen(static_cast<const char*>(source) + i * from_bytes, piece.data(), length);
    from_float32(piece.data(), to, static_cast<char*>(target) + i * to_bytes, length, kernels);
  }
}

}  // namespace ntrt
