#pragma once
// The phases of a build as events. Called from any thread of the builder.

#include <NvInfer.h>

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "backends/tensorrt/builder/events.h"

namespace ntrt::tensorrt {

/// Steps of a phase are told at most every 20 ms, but for its last one.
class Progress final : public nvinfer1::IProgressMonitor {
 public:
  explicit Progress(Events& events) : events_(events) {}

  void phaseStart(const char* name, const char* parent, int32_t steps) noexcept override;
  bool stepComplete(const char* name, int32_t step) noexcept override;
  void phaseFinish(const char* name) noexcept override;

 private:
  using Clock = std::chrono::steady_clock;

  struct Phase {
    int32_t done = 0;  ///< steps
    int32_t told = 0;
    Clock::time_point told_at;
  };

  void tell_step(const std::string& name, Phase& phase);

  Events& events_;
  std::mutex mutex_;
  std::map<std::string, Phase, std::less<>> running_;  // by name, which is unique; guarded by mutex_
};

}  // namespace ntrt::tensorrt
