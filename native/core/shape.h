#pragma once
// Tensor shapes and the arithmetic on them, with overflow checked.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace ntrt {

using Shape = std::vector<int64_t>;

/// No ONNX operator needs more; a larger rank is refused where tensors enter.
inline constexpr size_t kMaxRank = 32;

/// Product of the dimensions; 1 for a scalar. Throws Error{kOutOfRange} for a negative dimension or a product
/// beyond 2^53 (the largest integer that JavaScript counts exactly).
size_t element_count(std::span<const int64_t> dims);

/// "[2, 3, 224]"
std::string to_string(std::span<const int64_t> dims);

}  // namespace ntrt
