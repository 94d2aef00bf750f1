#include "backends/tensorrt/builder/targets.h"

#include <array>

#include "backends/tensorrt/builder/configure.h"
#include "backends/tensorrt/builder/options.h"
#include "backends/tensorrt/builder/this_flavour.h"

namespace ntrt::tensorrt {

constexpr std::string_view kTargetOption = "--target";

#ifdef TRT_MAJOR_RTX

namespace {

using nvinfer1::ComputeCapability;
constexpr auto kTargetNames = std::to_array<Named<ComputeCapability>>({
    {"sm75", ComputeCapability::kSM75},
    {"sm80", ComputeCapability::kSM80},
    {"sm86", ComputeCapability::kSM86},
    {"sm89", ComputeCapability::kSM89},
    {"sm120", ComputeCapability::kSM120},
    {"sm121", ComputeCapability::kSM121},
});

}  // namespace

void set_targets(const std::vector<std::string>& targets, nvinfer1::IBuilderConfig& config, TensorRtLog& log) {
  if (targets.empty()) return;
  bool is_taken = config.setNbComputeCapabilities(static_cast<int32_t>(targets.size()));
  for (size_t i = 0; i < targets.size() && is_taken; ++i) {
    const auto target = value_named<ComputeCapability>(kTargetNames, kTargetOption, targets[i]);
    is_taken = config.setComputeCapability(target, static_cast<int32_t>(i));
    if (!is_taken) refuse_option(kTargetOption, targets[i], log);
  }
  if (!is_taken) refuse_option(kTargetOption, std::to_string(targets.size()) + " times", log);
}

#else

void set_targets(const std::vector<std::string>& targets, nvinfer1::IBuilderConfig&, TensorRtLog& log) {
  if (!targets.empty()) refuse_option(kTargetOption, targets.front(), log);
}

#endif

}  // namespace ntrt::tensorrt
