#pragma once
// The one error type of the native code. It carries a code of the public table, a message for a person and
// details for a program; `binding/guard.h` turns it into a NodeTensorRTError, and nothing else does.

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ntrt {

/// Same order as the table in `lib/errors.ts`; a test compares them.
enum class Code : uint8_t {
  kInvalidArgument = 0,
  kOutOfRange,
  kShapeMismatch,
  kNotOpen,
  kBusy,
  kTimeout,
  kQueueFull,
  kBackendUnavailable,
  kUnsupported,
  kBinaryNotFound,
  kModelInvalid,
  kEngineIncompatible,
  kBuildFailed,
  kOutOfMemory,
  kDeviceLost,
  kBackendError,
  kInternal,
};

inline constexpr int kNumCodes = 17;

/// The public name: "INVALID_ARGUMENT" …
std::string_view code_name(Code code) noexcept;

/// One named fact about an error.
struct Detail {
  std::string key;
  std::variant<std::string, double> value;
};

class Error : public std::exception {
 public:
  Error(Code code, std::string message, std::vector<Detail> details = {})
      : code_(code), message_(std::move(message)), details_(std::move(details)) {}

  Code code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::vector<Detail>& details() const noexcept { return details_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  Code code_;
  std::string message_;
  std::vector<Detail> details_;
};

}  // namespace ntrt
