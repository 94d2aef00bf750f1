#pragma once
// IBuilderConfig: what an engine is to be.

#include <array>
#include <cstdint>
#include <vector>

#include "loud.h"
#include "test/standins/tensorrt/profile.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class Config final : public nvinfer1::loud::BuilderConfig {
 public:
  explicit Config(Voice voice);

  void setFlags(nvinfer1::BuilderFlags flags) noexcept override { flags_ = flags; }
  nvinfer1::BuilderFlags getFlags() const noexcept override { return flags_; }
  void setFlag(nvinfer1::BuilderFlag flag) noexcept override { flags_ |= 1U << static_cast<uint32_t>(flag); }
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
  nvinfer1::RuntimePlatform getRuntimePlatform() const noexcept override { return {}; }
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
  nvinfer1::IProgressMonitor* monitor_ = nullptr;
  std::vector<ProfileTable> profiles_;
  std::vector<int> targets_;
};

}  // namespace standin
