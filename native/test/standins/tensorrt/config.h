#pragma once
// IBuilderConfig: what an engine is to be.

#include <array>
#include <cstdint>
#include <vector>

#include "loud.h"
#include "test/standins/tensorrt/profile.h"
#include "test/standins/tensorrt/timing_cache.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class Config final : public nvinfer1::loud::BuilderConfig {
 public:
  explicit Config(Voice voice);

  void setFlags(nvinfer1::BuilderFlags flags) noexcept override { flags_ = flags; }
  nvinfer1::BuilderFlags getFlags() const noexcept override { return flags_; }
  void setFlag(nvinfer1::BuilderFlag flag) noexcept override;
  void clearFlag(nvinfer1::BuilderFlag flag) noexcept override { flags_ &= ~(1U << static_cast<uint32_t>(flag)); }
  bool getFlag(nvinfer1::BuilderFlag flag) const noexcept override {
    return (flags_ >> static_cast<uint32_t>(flag) & 1U) != 0;
  }
  void setBuilderOptimizationLevel(int32_t level) noexcept override;
  int32_t getBuilderOptimizationLevel() const noexcept override { return level_; }
  void setMemoryPoolLimit(nvinfer1::MemoryPoolType pool, size_t bytes) noexcept override;
  size_t getMemoryPoolLimit(nvinfer1::MemoryPoolType pool) const noexcept override;
  int32_t addOptimizationProfile(const nvinfer1::IOptimizationProfile* profile) noexcept override;
  int32_t getNbOptimizationProfiles() const noexcept override { return static_cast<int32_t>(profiles_.size()); }
  void setProfilingVerbosity(nvinfer1::ProfilingVerbosity value) noexcept override { verbosity_ = value; }
  nvinfer1::ProfilingVerbosity getProfilingVerbosity() const noexcept override { return verbosity_; }
  nvinfer1::EngineCapability getEngineCapability() const noexcept override { return {}; }
  void setHardwareCompatibilityLevel(nvinfer1::HardwareCompatibilityLevel value) noexcept override {
    hardware_ = value;
  }
  nvinfer1::HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override { return hardware_; }
  void setRuntimePlatform(nvinfer1::RuntimePlatform value) noexcept override;
  nvinfer1::RuntimePlatform getRuntimePlatform() const noexcept override { return platform_; }
  void setAvgTimingIterations(int32_t number) noexcept override { timing_iterations_ = number; }
  int32_t getAvgTimingIterations() const noexcept override { return timing_iterations_; }
  void setMaxNbTactics(int32_t number) noexcept override;
  int32_t getMaxNbTactics() const noexcept override { return tactics_; }
  bool setTacticSources(nvinfer1::TacticSources sources) noexcept override;
  nvinfer1::TacticSources getTacticSources() const noexcept override { return tactic_sources_; }
  bool setTilingOptimizationLevel(nvinfer1::TilingOptimizationLevel value) noexcept override;
  nvinfer1::TilingOptimizationLevel getTilingOptimizationLevel() const noexcept override { return tiling_; }
  bool setL2LimitForTiling(int64_t bytes) noexcept override;
  int64_t getL2LimitForTiling() const noexcept override { return tiling_l2_bytes_; }
  nvinfer1::ITimingCache* createTimingCache(const void* bytes, size_t size) const noexcept override;
  bool setTimingCache(const nvinfer1::ITimingCache& cache, bool ignores_mismatch) noexcept override;
  const nvinfer1::ITimingCache* getTimingCache() const noexcept override { return timing_cache_; }
  bool setMaxAuxStreams(int32_t number) noexcept override;
  int32_t getMaxAuxStreams() const noexcept override { return aux_streams_; }
  void setProgressMonitor(nvinfer1::IProgressMonitor* monitor) noexcept override { monitor_ = monitor; }
  nvinfer1::IProgressMonitor* getProgressMonitor() const noexcept override { return monitor_; }
#ifdef TRT_MAJOR_RTX
  bool setNbComputeCapabilities(int32_t number) noexcept override;
  int32_t getNbComputeCapabilities() const noexcept override { return static_cast<int32_t>(targets_.size()); }
  bool setComputeCapability(nvinfer1::ComputeCapability target, int32_t index) noexcept override;
  nvinfer1::ComputeCapability getComputeCapability(int32_t index) const noexcept override;
#endif

  const std::vector<ProfileTable>& profiles() const { return profiles_; }
  /// Null where the build has none.
  TimingCache* timing_cache() const { return timing_cache_; }
  /// Compute capabilities, as 86 for 8.6; none: of the device that is there.
  const std::vector<int>& targets() const { return targets_; }

 private:
  Voice voice_;
  nvinfer1::BuilderFlags flags_ = 1U << static_cast<uint32_t>(nvinfer1::BuilderFlag::kTF32);
  int32_t level_ = 3;
  int32_t aux_streams_ = -1;
  std::array<size_t, nvinfer1::EnumMax<nvinfer1::MemoryPoolType>()> pools_{};
  nvinfer1::ProfilingVerbosity verbosity_{};
  nvinfer1::HardwareCompatibilityLevel hardware_{};
  nvinfer1::RuntimePlatform platform_{};
  nvinfer1::TilingOptimizationLevel tiling_{};
  nvinfer1::TacticSources tactic_sources_ = 3;
  int64_t tiling_l2_bytes_ = 0;
  int32_t timing_iterations_ = 1;
  int32_t tactics_ = -1;
  TimingCache* timing_cache_ = nullptr;  // the program's
  nvinfer1::IProgressMonitor* monitor_ = nullptr;
  std::vector<ProfileTable> profiles_;
  std::vector<int> targets_;
};

}  // namespace standin
