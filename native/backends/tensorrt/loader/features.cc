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
constexpr Version k11{11, 0};
constexpr Version k11_4{11, 4};
constexpr Version k1_5{1, 5};
constexpr Version k1_6{1, 6};
constexpr Version k1_7{1, 7};

// From NVIDIA's headers of TensorRT 11.4 and of TensorRT-RTX 1.5, 1.6 and 1.7. Of TensorRT only 11.4's were to be had:
// what TensorRT-RTX 1.5 has too counts from 11.0 on, anything later from 11.4 on. TensorRT-RTX accepts calls about
// timing caches and compatible plans, and they have no effect there. By Feature.
constexpr std::array<Since, kNumFeatures> kSince = {{
    {k11, kNever, k1_5},     // kBuilder
    {k11, kNever, kNever},   // kTimingCache
    {k11, k11, kNever},      // kVersionCompatible
    {k11, k11, kNever},      // kHardwareCompatible
    {kNever, kNever, k1_5},  // kTargets
    {k11, k11, k1_5},        // kRefit
    {k11, k11, k1_5},        // kWeightStreaming
    {kNever, kNever, k1_5},  // kRuntimeCache
    {kNever, kNever, k1_5},  // kCudaGraphStrategy
    {kNever, kNever, k1_5},  // kKernelSpecialization
    {kNever, kNever, k1_5},  // kEngineValidity
    {kNever, kNever, k1_6},  // kDeferredWeights
    {k11_4, kNever, k1_6},   // kBuildRoutes
    {k11_4, kNever, k1_6},   // kRefitObserver
    {kNever, kNever, k1_7},  // kWeightsManager
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
