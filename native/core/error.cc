#include "core/error.h"

#include <array>

namespace ntrt {

std::string_view code_name(Code code) noexcept {
  static constexpr std::array<std::string_view, kNumCodes> kNames = {
      "INVALID_ARGUMENT",
      "OUT_OF_RANGE",
      "SHAPE_MISMATCH",
      "NOT_OPEN",
      "BUSY",
      "TIMEOUT",
      "QUEUE_FULL",
      "BACKEND_UNAVAILABLE",
      "UNSUPPORTED",
      "BINARY_NOT_FOUND",
      "MODEL_INVALID",
      "ENGINE_INCOMPATIBLE",
      "BUILD_FAILED",
      "OUT_OF_MEMORY",
      "DEVICE_LOST",
      "BACKEND_ERROR",
      "INTERNAL",
  };
  return kNames[static_cast<size_t>(code)];
}

}  // namespace ntrt
