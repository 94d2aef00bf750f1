#include "core/error.h"

#include <array>
#include <new>

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
      "STAGE_FAILED",
      "INTERNAL",
  };
  return kNames[static_cast<size_t>(code)];
}

namespace {

// Never destroyed: threads may fail while static destructors run. Where not even this can be made there is no addon.
// NOLINTNEXTLINE(bugprone-throwing-static-initialization,cert-err58-cpp)
const auto* const kOutOfMemory = new Error(Code::kOutOfMemory, "out of host memory", {{"kind", "host"}});

}  // namespace

const Error& Error::out_of_memory() noexcept { return *kOutOfMemory; }

Error Error::current() noexcept {
  try {
    try {
      throw;
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {
      return out_of_memory();
    } catch (const std::exception& error) {
      return {Code::kInternal, error.what()};
    } catch (...) {
      return {Code::kInternal, "something was thrown that is no exception"};
    }
  } catch (...) {  // no memory for the text
    return out_of_memory();
  }
}

}  // namespace ntrt
