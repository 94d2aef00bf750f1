#include "test/standins/tensorrt/config.h"

#include "test/standins/tensorrt/driver.h"

namespace standin {

using nvinfer1::ErrorCode;

Config::Config(Voice voice) : voice_(voice) { pools_.fill(SIZE_MAX); }

void Config::setBuilderOptimizationLevel(int32_t level) noexcept {
  constexpr int32_t kMost = 5;
  if (level < 0) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "the optimization level is 0 to 5");
    return;
  }
#ifdef TRT_MAJOR_RTX
  if (level > kMost) voice_.warn("the optimization level is 5 at most, which it is now");
#endif
  level_ = level > kMost ? kMost : level;
}

void Config::setMemoryPoolLimit(nvinfer1::MemoryPoolType pool, size_t bytes) noexcept {
  pools_[static_cast<size_t>(pool)] = bytes;
}

size_t Config::getMemoryPoolLimit(nvinfer1::MemoryPoolType pool) const noexcept {
  const size_t limit = pools_[static_cast<size_t>(pool)];
  if (limit == SIZE_MAX) report_not_modelled("IBuilderConfig::getMemoryPoolLimit of a pool without a limit");
  return limit;
}

int32_t Config::addOptimizationProfile(const nvinfer1::IOptimizationProfile* profile) noexcept {
  if (profile == nullptr || !profile->isValid()) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "the profile is not valid: least <= best <= most, of one rank");
    return -1;
  }
  profiles_.push_back(static_cast<const Profile*>(profile)->table());
  return getNbOptimizationProfiles() - 1;
}

bool Config::setMaxAuxStreams(int32_t number) noexcept {
  aux_streams_ = number;
  return true;
}

#ifdef TRT_MAJOR_RTX
bool Config::setNbComputeCapabilities(int32_t number) noexcept {
  if (number < 0) return voice_.error(ErrorCode::kINVALID_ARGUMENT, "a negative number of compute capabilities");
  targets_.assign(static_cast<size_t>(number), static_cast<int>(nvinfer1::ComputeCapability::kNONE));
  return true;
}

bool Config::setComputeCapability(nvinfer1::ComputeCapability target, int32_t index) noexcept {
  if (index < 0 || index >= getNbComputeCapabilities()) {
    return voice_.error(ErrorCode::kINVALID_ARGUMENT, "there are fewer compute capabilities");
  }
  targets_[static_cast<size_t>(index)] = static_cast<int>(target);
  return true;
}

nvinfer1::ComputeCapability Config::getComputeCapability(int32_t index) const noexcept {
  if (index >= 0 && index < getNbComputeCapabilities()) {
    return static_cast<nvinfer1::ComputeCapability>(targets_[static_cast<size_t>(index)]);
  }
  voice_.error(ErrorCode::kINVALID_ARGUMENT, "there are fewer compute capabilities");
  return nvinfer1::ComputeCapability::kNONE;
}
#endif

}  // namespace standin
