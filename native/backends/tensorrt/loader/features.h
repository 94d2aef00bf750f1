#pragma once
// What a version of TensorRT can do. Every call that was added after the oldest version that we accept is made only
// where this table says so: an older library has another function, or none, in that slot of its virtual tables.

#include <cstdint>

#include "backends/tensorrt/loader/flavour.h"

namespace ntrt::tensorrt {

enum class Feature : uint8_t {
  kBuilder,               ///< builds plans
  kTimingCache,           ///< keeps what the builder measured
  kVersionCompatible,     ///< plans for later versions
  kHardwareCompatible,    ///< plans for other GPUs
  kTargets,               ///< builds for given compute capabilities, without a GPU
  kRefit,                 ///< new weights in a plan
  kWeightStreaming,       ///< weights larger than the device's memory
  kRuntimeCache,          ///< keeps what was compiled on this device
  kCudaGraphStrategy,     ///< captures CUDA graphs by itself
  kKernelSpecialization,  ///< says when kernels for new shapes are compiled
  kEngineValidity,        ///< tells whether a plan fits before it is loaded
  kDeferredWeights,       ///< loads weights after the engine
  kBuildRoutes,           ///< other ways to build the same
  kRefitObserver,         ///< is told of each refittable weight
  kWeightsManager,        ///< takes weights off the device and back
};
inline constexpr int kNumFeatures = 15;

bool supports(Flavour flavour, const Version& version, Feature feature) noexcept;

}  // namespace ntrt::tensorrt
