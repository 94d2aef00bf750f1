#include "core/dtype.h"

#include <array>

namespace ntrt {
namespace {

struct DTypeInfo {
  std::string_view name;
  size_t size;
};

constexpr std::array<DTypeInfo, kNumDTypes> kInfo = {{
    {"float32", 4},
    {"float16", 2},
    {"bfloat16", 2},
    {"float64", 8},
    {"int8", 1},
    {"uint8", 1},
    {"int16", 2},
    {"uint16", 2},
    {"int32", 4},
    {"uint32", 4},
    {"int64", 8},
    {"uint64", 8},
    {"bool", 1},
    {"string", 0},
}};

}  // namespace

std::string_view dtype_name(DType type) noexcept { return kInfo[static_cast<size_t>(type)].name; }

size_t dtype_size(DType type) noexcept { return kInfo[static_cast<size_t>(type)].size; }

}  // namespace ntrt
