#pragma once
// Keeps what TensorRT says. Called from any thread.

#include <NvInferRuntime.h>

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ntrt::nvidia {

class TensorRtLog : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* message) noexcept override {
    const std::lock_guard lock(mutex_);
    if (severity <= Severity::kERROR) errors_.emplace_back(message);
    if (severity == Severity::kWARNING) warnings_.emplace_back(message);
  }

  /// A message with the errors so far below it.
  std::string explain(std::string message) {
    for (const std::string& error : take_errors()) message += "\n" + error;
    return message;
  }

  /// What came since the last call.
  std::vector<std::string> take_errors() { return take(errors_); }
  std::vector<std::string> take_warnings() { return take(warnings_); }

 private:
  std::vector<std::string> take(std::vector<std::string>& messages) {
    const std::lock_guard lock(mutex_);
    return std::exchange(messages, {});
  }

  std::mutex mutex_;
  std::vector<std::string> errors_;    // guarded by mutex_
  std::vector<std::string> warnings_;  // guarded by mutex_
};

}  // namespace ntrt::nvidia
