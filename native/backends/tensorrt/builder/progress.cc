#include "backends/tensorrt/builder/progress.h"

namespace ntrt::tensorrt {
namespace {

constexpr std::chrono::milliseconds kBetweenSteps{20};

/// An event that is not told for lack of memory is left out: the build itself may still succeed.
template <typename Work>
void without_throwing(Work work) noexcept {
  try {
    work();
  } catch (...) {
  }
}

}  // namespace

void Progress::tell_step(const std::string& name, Phase& phase) {
  phase.told = phase.done;
  phase.told_at = Clock::now();
  events_.tell(Json::object({{"event", "step"}, {"name", name}, {"done", phase.done}}));
}

void Progress::phaseStart(const char* name, const char* parent, int32_t steps) noexcept {
  without_throwing([&] {
    const std::lock_guard lock(mutex_);
    running_.insert_or_assign(name, Phase{0, 0, Clock::now()});
    events_.tell(Json::object({{"event", "phase"}, {"name", name}, {"parent", parent}, {"steps", steps}}));
  });
}

bool Progress::stepComplete(const char* name, int32_t) noexcept {
  without_throwing([&] {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    if (found == running_.end()) return;
    ++found->second.done;
    if (Clock::now() - found->second.told_at >= kBetweenSteps) tell_step(found->first, found->second);
  });
  return true;
}

void Progress::phaseFinish(const char* name) noexcept {
  without_throwing([&] {
    const std::lock_guard lock(mutex_);
    const auto found = running_.find(name);
    if (found == running_.end()) return;
    if (found->second.told < found->second.done) tell_step(found->first, found->second);
    events_.tell(Json::object({{"event", "phase-end"}, {"name", name}}));
    running_.erase(found);
  });
}

}  // namespace ntrt::tensorrt
