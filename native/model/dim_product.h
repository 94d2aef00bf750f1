#pragma once
// How many elements a shape in a file says that it has.

#include <cstdint>

#include "model/saturating.h"

namespace ntrt {

class DimProduct {
 public:
  /// A negative dimension stands for an unknown one, as some exporters write it.
  void multiply(int64_t dim) noexcept {
    if (dim < 0) return;
    if (dim == 0) has_zero_ = true;
    if (dim > 1) product_ = saturating_multiply(product_, static_cast<uint64_t>(dim));
  }

  /// 2^64 - 1 stands for that and more.
  uint64_t elements() const noexcept { return has_zero_ ? 0 : product_; }

  /// Bytes of that many elements; 2^64 - 1 stands for that and more.
  uint64_t bytes(uint64_t bits_per_element) const noexcept {
    const uint64_t count = elements();
    if (bits_per_element >= 8) return saturating_multiply(count, bits_per_element / 8);
    return count / 8 * bits_per_element + (count % 8 * bits_per_element + 7) / 8;
  }

 private:
  uint64_t product_ = 1;
  bool has_zero_ = false;
};

}  // namespace ntrt
