#pragma once
// What TensorRT says. Called from any thread.

#include <NvInferRuntime.h>

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace ntrt::tensorrt {

class TensorRtLog : public nvinfer1::ILogger {
 public:
  /// Is told of everything, from any thread; an exception of it is dropped.
  using Listener = std::function<void(Severity severity, const char* text)>;

  explicit TensorRtLog(Listener listener = {}) : listener_(std::move(listener)) {}

  void log(Severity severity, const char* text) noexcept override {
    try {
      if (listener_) listener_(severity, text);
      if (severity <= Severity::kERROR) add_error(text);
      const std::lock_guard lock(mutex_);
      if (severity == Severity::kWARNING) warnings_.emplace_back(text);
    } catch (...) {  // no memory; the library goes on
    }
  }

  /// What came another way, to be explained with the rest.
  void add_error(const char* text) {
    const std::lock_guard lock(mutex_);
    errors_.emplace_back(text);
  }

  /// A message with the errors since the last call below it.
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

  const Listener listener_;
  std::mutex mutex_;
  std::vector<std::string> errors_;    // guarded by mutex_
  std::vector<std::string> warnings_;  // guarded by mutex_
};

}  // namespace ntrt::tensorrt
