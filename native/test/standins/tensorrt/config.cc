#include "test/standins/tensorrt/config.h"

#include <bit>

#include "test/standins/tensorrt/driver.h"

namespace standin {

using nvinfer1::ErrorCode;
using nvinfer1::MemoryPoolType;

namespace {

bool is_of_dla(MemoryPoolType pool) {
  return pool == MemoryPoolType::kDLA_MANAGED_SRAM || pool == MemoryPoolType::kDLA_LOCAL_DRAM ||
         pool == MemoryPoolType::kDLA_GLOBAL_DRAM;
}

}  // namespace

Config::Config(Voice voice) : voice_(voice) {
  pools_.fill(SIZE_MAX);
  pools_[static_cast<size_t>(MemoryPoolType::kDLA_MANAGED_SRAM)] = 0;
  pools_[static_cast<size_t>(MemoryPoolType::kDLA_LOCAL_DRAM)] = size_t{1} << 30U;
  pools_[static_cast<size_t>(MemoryPoolType::kDLA_GLOBAL_DRAM)] = size_t{1} << 29U;
}

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

void Config::setFlag(nvinfer1::BuilderFlag flag) noexcept {
  using nvinfer1::BuilderFlag;
  if (flag == BuilderFlag::kEXCLUDE_LEAN_RUNTIME && !getFlag(BuilderFlag::kVERSION_COMPATIBLE)) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "a lean runtime is left out of version-compatible engines only");
    return;
  }
  flags_ |= 1U << static_cast<uint32_t>(flag);
}

void Config::setRuntimePlatform(nvinfer1::RuntimePlatform value) noexcept {
#ifdef TRT_MAJOR_RTX
  if (value == nvinfer1::RuntimePlatform::kWINDOWS_AMD64) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "this version builds no engines for Windows");
    return;
  }
#endif
  platform_ = value;
}

void Config::setMaxNbTactics(int32_t number) noexcept {
  if (number > 0) {
    tactics_ = number;
  } else {
    voice_.warn("the number of tactics must be positive");
  }
}

bool Config::setTacticSources(nvinfer1::TacticSources sources) noexcept {
  tactic_sources_ = sources;
  return true;
}

bool Config::setTilingOptimizationLevel(nvinfer1::TilingOptimizationLevel value) noexcept {
  tiling_ = value;
  return true;
}

bool Config::setL2LimitForTiling(int64_t bytes) noexcept {
  if (bytes < 0) {
    voice_.warn("a negative limit has no effect");
    return false;
  }
  tiling_l2_bytes_ = bytes;
  return true;
}

nvinfer1::ITimingCache* Config::createTimingCache(const void* bytes, size_t size) const noexcept {
  return new TimingCache(voice_, {static_cast<const char*>(bytes), size});
}

bool Config::setTimingCache(const nvinfer1::ITimingCache& cache, bool ignores_mismatch) noexcept {
  auto& given = const_cast<TimingCache&>(static_cast<const TimingCache&>(cache));
  if (!ignores_mismatch && !given.is_of_this_device()) {
    return voice_.error(ErrorCode::kINVALID_ARGUMENT, "the timing cache is of another GPU");
  }
  timing_cache_ = &given;
  return true;
}

void Config::setMemoryPoolLimit(nvinfer1::MemoryPoolType pool, size_t bytes) noexcept {
  constexpr size_t kLeast = 4096;
  if (is_of_dla(pool)) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "there is no DLA");
  } else if (pool == MemoryPoolType::kTACTIC_DRAM && (bytes < kLeast || !std::has_single_bit(bytes))) {
    voice_.error(ErrorCode::kINVALID_ARGUMENT, "the size of this pool is a power of two");
  } else {
    pools_[static_cast<size_t>(pool)] = bytes;
  }
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
  if (number < 0) {
    voice_.warn("a negative number of streams has no effect");
    return false;
  }
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
