#include "backends/tensorrt/loader/features.h"

#include <array>
#include <optional>

namespace ntrt::tensorrt {
namespace {

struct Since {
  std::optional<Version> tensorrt;
  std::optional<Version> lean;
  std::optional<Version> rtx;
};

constexpr std::nullopt_t kNever = std::nullopt;
constexpr Version kTrt110{11, 0};
constexpr Version kTrt114{11, 4};
constexpr Version kRtx15{1, 5};
constexpr Version kRtx16{1, 6};
constexpr Version kRtx17{1, 7};

// From NVIDIA's headers of TensorRT 11.4 and of TensorRT-RTX 1.5, 1.6 and 1.7. Of TensorRT only 11.4's were to be had:
// what TensorRT-RTX 1.5 has too counts from 11.0 on, anything later from 11.4 on. TensorRT-RTX accepts calls about
// timing caches and compatible plans, and they have no effect there. By Feature.
constexpr std::array<Since, kNumFeatures> kSince = {{
    {kTrt110, kNever, kRtx15},   // kBuilder
    {kTrt110, kNever, kNever},   // kTimingCache
    {kTrt110, kTrt110, kNever},  // kVersionCompatible
    {kTrt110, kTrt110, kNever},  // kHardwareCompatible
    {kNever, kNever, kRtx15},    // kTargets
    {kTrt110, kTrt110, kRtx15},  // kRefit
    {kTrt110, kTrt110, kRtx15},  // kWeightStreaming
    {kNever, kNever, kRtx15},    // kRuntimeCache
    {kNever, kNever, kRtx15},    // kCudaGraphStrategy
    {kNever, kNever, kRtx15},    // kKernelSpecialization
    {kNever, kNever, kRtx15},    // kEngineValidity
    {kNever, kNever, kRtx16},    // kDeferredWeights
    {kTrt114, kNever, kRtx16},   // kBuildRoutes
    {kTrt114, kNever, kRtx16},   // kRefitObserver
    {kNever, kNever, kRtx17},    // kWeightsManager
}};

}  // namespace

bool supports(Flavour flavour, const Version& version, Feature feature) noexcept {
  const Since& since = kSince[static_cast<size_t>(feature)];
  const std::optional<Version>& first = flavour == Flavour::kTensorRt       ? since.tensorrt
                                        : flavour == Flavour::kTensorRtLean ? since.lean
                                                                            : since.rtx;
  return first && version >= *first;
}

}  // namespace ntrt::tensorrt
