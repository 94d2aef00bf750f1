#include "core/numeric/float_kernels.h"

#include "core/numeric/float_bits.h"

namespace ntrt {
namespace {

template <typename From, typename To>
void narrow_all(const void* source, void* target, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    store_element(target, i, narrow<From, To>(load_element<typename From::Bits>(source, i)));
  }
}

template <typename From, typename To>
void widen_all(const void* source, void* target, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    store_element(target, i, widen<From, To>(load_element<typename From::Bits>(source, i)));
  }
}

}  // namespace

const FloatKernels& scalar_kernels() noexcept {
  static constexpr FloatKernels kKernels = {
      "scalar",
      narrow_all<Float32, Float16>,
      narrow_all<Float32, BFloat16>,
      widen_all<Float16, Float32>,
      widen_all<BFloat16, Float32>,
  };
  return kKernels;
}

const FloatKernels& float_kernels() noexcept {
  static const FloatKernels* const kBest = vector_kernels() != nullptr ? vector_kernels() : &scalar_kernels();
  return *kBest;
}

}  // namespace ntrt
