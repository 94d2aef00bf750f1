#pragma once
// The errors of TensorRT with their codes. What has a recorder tells its errors here and not in the log. Called from
// any thread.

#include <NvInferRuntimeBase.h>

#include <atomic>
#include <cstdint>
#include <string_view>

#include "backends/tensorrt/builder/events.h"
#include "backends/tensorrt/builder/tensorrt_log.h"

namespace ntrt::tensorrt {

/// Tells each error as an event and to the log. Lives longer than what it is set on, so it counts no references.
class ErrorRecorder final : public nvinfer1::IErrorRecorder {
 public:
  ErrorRecorder(Events& events, TensorRtLog& log) : events_(events), log_(log) {}

  bool reportError(nvinfer1::ErrorCode code, ErrorDesc text) noexcept override {
    if (is_about_memory(code, text)) has_failed_allocation_ = true;
    try {
      log_.add_error(text);
      events_.tell(Json::object({{"event", "recorded"}, {"code", static_cast<int>(code)}, {"text", text}}));
    } catch (...) {
      has_failed_allocation_ = true;  // nothing else fails there
    }
    return true;
  }

  bool has_failed_allocation() const noexcept { return has_failed_allocation_; }

  int32_t getNbErrors() const noexcept override { return 0; }
  nvinfer1::ErrorCode getErrorCode(int32_t) const noexcept override { return nvinfer1::ErrorCode::kSUCCESS; }
  ErrorDesc getErrorDesc(int32_t) const noexcept override { return ""; }
  bool hasOverflowed() const noexcept override { return false; }
  void clear() noexcept override {}
  RefCount incRefCount() noexcept override { return 1; }
  RefCount decRefCount() noexcept override { return 1; }

 private:
  /// The code alone does not say: TensorRT-RTX calls it an internal or an unknown error. The last text is what it says
  /// where there is no room for the stack of a thread.
  static bool is_about_memory(nvinfer1::ErrorCode code, std::string_view text) noexcept {
    if (code == nvinfer1::ErrorCode::kFAILED_ALLOCATION) return true;
    for (const std::string_view sign : {"OutOfMemory", "bad_alloc", "Resource temporarily unavailable"}) {
      if (text.find(sign) != text.npos) return true;
    }
    return false;
  }

  Events& events_;
  TensorRtLog& log_;
  std::atomic<bool> has_failed_allocation_ = false;
};

}  // namespace ntrt::tensorrt
