#pragma once
// Names of NVIDIA's enumerations as the arguments of a build have them.

#include <NvInfer.h>

#include <array>

#include "backends/tensorrt/builder/options.h"

namespace ntrt::tensorrt {

using nvinfer1::BuilderFlag;
inline constexpr auto kFlagNames = std::to_array<Named<BuilderFlag>>({
    {"tf32", BuilderFlag::kTF32},
    {"sparseWeights", BuilderFlag::kSPARSE_WEIGHTS},
    {"stripPlan", BuilderFlag::kSTRIP_PLAN},
    {"refit", BuilderFlag::kREFIT},
    {"refitIdentical", BuilderFlag::kREFIT_IDENTICAL},
    {"refitIndividual", BuilderFlag::kREFIT_INDIVIDUAL},
    {"weightStreaming", BuilderFlag::kWEIGHT_STREAMING},
    {"versionCompatible", BuilderFlag::kVERSION_COMPATIBLE},
    {"excludeLeanRuntime", BuilderFlag::kEXCLUDE_LEAN_RUNTIME},
    {"strictNans", BuilderFlag::kSTRICT_NANS},
    {"disableCompilationCache", BuilderFlag::kDISABLE_COMPILATION_CACHE},
    {"disableTimingCache", BuilderFlag::kDISABLE_TIMING_CACHE},
    {"editableTimingCache", BuilderFlag::kEDITABLE_TIMING_CACHE},
    {"errorOnTimingCacheMiss", BuilderFlag::kERROR_ON_TIMING_CACHE_MISS},
    {"monitorMemory", BuilderFlag::kMONITOR_MEMORY},
    {"distributiveIndependence", BuilderFlag::kDISTRIBUTIVE_INDEPENDENCE},
});

using nvinfer1::MemoryPoolType;
inline constexpr auto kMemoryPoolNames = std::to_array<Named<MemoryPoolType>>({
    {"workspace", MemoryPoolType::kWORKSPACE},
    {"dlaManagedSram", MemoryPoolType::kDLA_MANAGED_SRAM},
    {"dlaLocalDram", MemoryPoolType::kDLA_LOCAL_DRAM},
    {"dlaGlobalDram", MemoryPoolType::kDLA_GLOBAL_DRAM},
    {"tacticDram", MemoryPoolType::kTACTIC_DRAM},
    {"tacticSharedMemory", MemoryPoolType::kTACTIC_SHARED_MEMORY},
});

using nvinfer1::TacticSource;
inline constexpr auto kTacticSourceNames = std::to_array<Named<TacticSource>>({
    {"edgeMaskConvolutions", TacticSource::kEDGE_MASK_CONVOLUTIONS},
    {"jitConvolutions", TacticSource::kJIT_CONVOLUTIONS},
});

using nvinfer1::TilingOptimizationLevel;
inline constexpr auto kTilingNames = std::to_array<Named<TilingOptimizationLevel>>({
    {"none", TilingOptimizationLevel::kNONE},
    {"fast", TilingOptimizationLevel::kFAST},
    {"moderate", TilingOptimizationLevel::kMODERATE},
    {"full", TilingOptimizationLevel::kFULL},
});

using nvinfer1::HardwareCompatibilityLevel;
inline constexpr auto kHardwareCompatibilityNames = std::to_array<Named<HardwareCompatibilityLevel>>({
    {"none", HardwareCompatibilityLevel::kNONE},
    {"amperePlus", HardwareCompatibilityLevel::kAMPERE_PLUS},
    {"sameComputeCapability", HardwareCompatibilityLevel::kSAME_COMPUTE_CAPABILITY},
});

using nvinfer1::RuntimePlatform;
inline constexpr auto kRuntimePlatformNames = std::to_array<Named<RuntimePlatform>>({
    {"sameAsBuild", RuntimePlatform::kSAME_AS_BUILD},
    {"windowsAmd64", RuntimePlatform::kWINDOWS_AMD64},
});

using nvinfer1::ProfilingVerbosity;
inline constexpr auto kVerbosityNames = std::to_array<Named<ProfilingVerbosity>>({
    {"layerNamesOnly", ProfilingVerbosity::kLAYER_NAMES_ONLY},
    {"none", ProfilingVerbosity::kNONE},
    {"detailed", ProfilingVerbosity::kDETAILED},
});

}  // namespace ntrt::tensorrt
