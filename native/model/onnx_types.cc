#include "model/onnx_types.h"

#include <array>

namespace ntrt {
namespace {

struct TypeInfo {
  std::string_view name;
  uint8_t bits;
};

constexpr std::array<TypeInfo, kNumOnnxTypes> kInfo = {{
    {"", 0},
    {"float32", 32},
    {"uint8", 8},
    {"int8", 8},
    {"uint16", 16},
    {"int16", 16},
    {"int32", 32},
    {"int64", 64},
    {"string", 0},
    {"bool", 8},
    {"float16", 16},
    {"float64", 64},
    {"uint32", 32},
    {"uint64", 64},
    {"complex64", 64},
    {"complex128", 128},
    {"bfloat16", 16},
    {"float8e4m3fn", 8},
    {"float8e4m3fnuz", 8},
    {"float8e5m2", 8},
    {"float8e5m2fnuz", 8},
    {"uint4", 4},
    {"int4", 4},
    {"float4e2m1", 4},
    {"float8e8m0", 8},
    {"uint2", 2},
    {"int2", 2},
}};

const TypeInfo& info_of(int32_t data_type) noexcept {
  const auto type = static_cast<size_t>(data_type);
  return kInfo[data_type > 0 && type < kInfo.size() ? type : 0];
}

}  // namespace

std::string_view onnx_type_name(int32_t data_type) noexcept { return info_of(data_type).name; }

uint64_t element_bits(int32_t data_type) noexcept { return info_of(data_type).bits; }

}  // namespace ntrt
