#pragma once
// Shows the phases of a build on stderr and keeps them. Called from any thread of the builder.

#include <NvInfer.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <vector>

#include "core/json.h"

namespace ntrt::nvidia {

class Progress : public nvinfer1::IProgressMonitor {
 public:
  explicit Progress(std::string label) : label_(std::move(label)) {}

  void phaseStart(const char* name, const char* parent, int32_t steps) noexcept override {
    const std::lock_guard lock(mutex_);
    phases_.push_back({name, parent != nullptr ? parent : "", steps, 0, false});
    show(phases_.back());
  }

  bool stepComplete(const char* name, int32_t) noexcept override {
    const std::lock_guard lock(mutex_);
    if (Phase* phase = running(name)) {
      ++phase->done;
      show(*phase);
    }
    return true;
  }

  void phaseFinish(const char* name) noexcept override {
    const std::lock_guard lock(mutex_);
    if (Phase* phase = running(name)) phase->is_finished = true;
  }

  Json json() {
    const std::lock_guard lock(mutex_);
    std::vector<Json> items;
    for (const Phase& phase : phases_) {
      items.push_back(Json::object({{"name", phase.name},
                                    {"parent", phase.parent},
                                    {"steps", phase.steps},
                                    {"done", phase.done},
                                    {"finished", phase.is_finished}}));
    }
    return Json::array(items);
  }

 private:
  struct Phase {
    std::string name;
    std::string parent;
    int32_t steps;
    int32_t done;
    bool is_finished;
  };

  /// Names are unique among those that run, and may come again later. Needs mutex_.
  Phase* running(std::string_view name) {
    for (Phase& phase : phases_) {
      if (phase.name == name && !phase.is_finished) return &phase;
    }
    return nullptr;
  }

  void show(const Phase& phase) const {
    std::fprintf(stderr, "%s: %s %d/%d\n", label_.c_str(), phase.name.c_str(), phase.done, phase.steps);
  }

  const std::string label_;
  std::mutex mutex_;
  std::vector<Phase> phases_;  // guarded by mutex_
};

}  // namespace ntrt::nvidia
