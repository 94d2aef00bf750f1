#include "test/standins/tensorrt/phases.h"

#include <thread>
#include <vector>

namespace standin {
namespace {

struct Phase {
  const char* name;
  int32_t steps;
  int32_t told;  ///< of the steps; NVIDIA's builder leaves out some
  /// Told before the step of that number; the others have none below them.
  std::vector<std::pair<int32_t, Phase>> inner;
};

const Phase& root() {
  static const Phase kCosts{"Computing profile costs",
                            5,
                            5,
                            {{0, {"Timing tactics", 3, 2, {{0, {"Timing graph nodes", 3, 3, {}}}}}},
                             {3, {"Determining refit engines", 1, 1, {}}}}};
  static const Phase kSubgraph{
      "Building engine from subgraph", 1, 1, {{0, {"Optimizing graph", 30, 30, {}}}, {0, kCosts}}};
  static const Phase kRoot{"Building engine",
                           6,
                           5,
                           {{0, {"Cloning network graph", 13, 13, {}}},
                            {2, {"Preparing graph for optimization", 4, 4, {}}},
                            {4, kSubgraph}}};
  return kRoot;
}

int32_t count_steps(const Phase& phase) {
  int32_t steps = phase.told;
  for (const auto& [at, inner] : phase.inner) steps += count_steps(inner);
  return steps;
}

/// Every phase that was begun is finished, as NVIDIA's builder does it, also where the build ends early.
bool tell(const Phase& phase, const char* parent, nvinfer1::IProgressMonitor* monitor,
          std::chrono::duration<double> step) {
  if (monitor != nullptr) monitor->phaseStart(phase.name, parent, phase.steps);
  bool goes_on = true;
  for (int32_t i = 0; i < phase.told && goes_on; ++i) {
    for (const auto& [at, inner] : phase.inner) {
      if (at == i && goes_on) goes_on = tell(inner, phase.name, monitor, step);
    }
    if (!goes_on) break;
    if (step.count() > 0) std::this_thread::sleep_for(step);
    goes_on = monitor == nullptr || monitor->stepComplete(phase.name, i);
  }
  if (monitor != nullptr) monitor->phaseFinish(phase.name);
  return goes_on;
}

}  // namespace

bool tell_phases(nvinfer1::IProgressMonitor* monitor, std::chrono::duration<double> seconds) {
  return tell(root(), nullptr, monitor, seconds / count_steps(root()));
}

}  // namespace standin
