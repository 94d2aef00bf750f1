#pragma once
// How the library tells what is wrong: to the program's recorder where it gave one, as NVIDIA's does, and else to its
// logger.

#include <NvInferRuntime.h>

#include <string>

namespace standin {

class Voice {
 public:
  explicit Voice(nvinfer1::ILogger* logger) : logger_(logger) {}

  nvinfer1::ILogger* logger() const { return logger_; }
  nvinfer1::IErrorRecorder* recorder() const { return recorder_; }
  void set_recorder(nvinfer1::IErrorRecorder* recorder) { recorder_ = recorder; }

  /// Returns false, so that a function can end with it.
  bool error(nvinfer1::ErrorCode code, const std::string& text) const {
    if (recorder_ != nullptr) {
      recorder_->reportError(code, text.c_str());
    } else {
      const std::string line = text + " (code " + std::to_string(static_cast<int>(code)) + ")";
      logger_->log(nvinfer1::ILogger::Severity::kERROR, line.c_str());
    }
    return false;
  }
  void warn(const std::string& text) const { logger_->log(nvinfer1::ILogger::Severity::kWARNING, text.c_str()); }

 private:
  nvinfer1::ILogger* logger_;
  nvinfer1::IErrorRecorder* recorder_ = nullptr;
};

}  // namespace standin
