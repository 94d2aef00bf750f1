#pragma once
// Element types of tensors. The numeric values cross the JavaScript border: `lib/native/dtypes.ts` has the
// same list in the same order, and a test compares them.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ntrt {

enum class DType : uint8_t {
  kFloat32 = 0,
  kFloat16,
  kBFloat16,
  kFloat64,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kBool,
  kString,
};

inline constexpr int kNumDTypes = 14;

/// The public name: 'float32', 'int64', 'string' …
std::string_view dtype_name(DType type) noexcept;

/// Bytes of one element; 0 for kString, whose elements have no fixed size.
size_t dtype_size(DType type) noexcept;

/// Whether models use tensors of that type as indices, sizes or conditions.
constexpr bool is_index_type(DType type) noexcept {
  return type == DType::kInt32 || type == DType::kInt64 || type == DType::kBool;
}

}  // namespace ntrt
