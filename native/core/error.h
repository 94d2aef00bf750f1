#pragma once
// The one error type of the native code. It carries a code of the public table, a message for a person and
// details for a program; `binding/guard.h` turns it into a NodeTensorRTError, and nothing else does.

#include <cstdint>
#include <exception>
#include <memory>
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
  kStageFailed,
  kInternal,
};

inline constexpr int kNumCodes = 18;

/// The public name: "INVALID_ARGUMENT" …
std::string_view code_name(Code code) noexcept;

/// One named fact about an error.
struct Detail {
  std::string key;
  std::variant<std::string, double> value;
};

/// Its copies share what it says, so that passing an error on takes no memory and cannot fail.
class Error : public std::exception {
 public:
  Error(Code code, std::string message, std::vector<Detail> details = {})
      : facts_(std::make_shared<const Facts>(Facts{code, std::move(message), std::move(details)})) {}

  /// OUT_OF_MEMORY, made beforehand: for where nothing can be made any more.
  static const Error& out_of_memory() noexcept;

  /// What is being caught, whatever it is. Only inside of a catch clause.
  static Error current() noexcept;

  // No moving: what was moved from would say nothing.
  Error(const Error&) noexcept = default;
  Error& operator=(const Error&) noexcept = default;
  ~Error() override = default;

  Code code() const noexcept { return facts_->code; }
  const std::string& message() const noexcept { return facts_->message; }
  const std::vector<Detail>& details() const noexcept { return facts_->details; }
  const char* what() const noexcept override { return facts_->message.c_str(); }

 private:
  struct Facts {
    Code code;
    std::string message;
    std::vector<Detail> details;
  };

  std::shared_ptr<const Facts> facts_;
};

}  // namespace ntrt
