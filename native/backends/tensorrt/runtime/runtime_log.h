#pragma once
// What TensorRT says while plans are loaded and run.

#include <NvInferRuntime.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "core/error.h"

namespace ntrt::tensorrt {

/// The last errors and warnings of one engine, for its errors. Called from any thread. One that was given back is used
/// by another engine and never destroyed: TensorRT keeps the logger that it was given first, for what belongs to no
/// engine, and may use it at any time.
class RuntimeLog final : public nvinfer1::ILogger {
 public:
  /// NtrtPlanRequest::log
  using Listener = void (*)(void* context, int severity, const char* text);

  /// Goes back, and is empty, with the last reference; `listener` is not called after that.
  static std::shared_ptr<RuntimeLog> take(Listener listener, void* context);

  void log(Severity severity, const char* text) noexcept override;

  /// The error of something that TensorRT did not do: `message` with the errors since the last call behind it, and what
  /// is kept as the detail `log`. OUT_OF_MEMORY, of kind 'device', where they say that this was why.
  Error explain(Code code, std::string message, std::vector<Detail> details = {});

  /// The errors since the last call, or since explain(), which are not told again; "" for none.
  std::string take_errors();

 private:
  struct Line {
    bool is_new_error = false;  // since the last explain()
    std::string text;
  };

  RuntimeLog() = default;
  static void give_back(RuntimeLog* log) noexcept;

  std::mutex mutex_;
  Listener listener_ = nullptr;  // guarded by mutex_, as is all that follows
  void* listener_context_ = nullptr;
  std::deque<Line> lines_;
};

using RuntimeLogPtr = std::shared_ptr<RuntimeLog>;

}  // namespace ntrt::tensorrt
