#pragma once
// Element types as ONNX numbers them, in TensorProto.DataType.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ntrt {

/// From 0, undefined, to 26, int2.
inline constexpr size_t kNumOnnxTypes = 27;

/// Those that are computed with.
namespace onnx_type {
inline constexpr int32_t kFloat32 = 1;
inline constexpr int32_t kInt32 = 6;
inline constexpr int32_t kInt64 = 7;
inline constexpr int32_t kBool = 9;
inline constexpr int32_t kFloat16 = 10;
inline constexpr int32_t kBfloat16 = 16;
}  // namespace onnx_type

/// "float32", …; "" for none.
std::string_view onnx_type_name(int32_t data_type) noexcept;

/// 0 where an element has no fixed size.
uint64_t element_bits(int32_t data_type) noexcept;

}  // namespace ntrt
