#pragma once
// What a configuration answers to the settings that a build may have, and how errors are told to a recorder.

#include <NvInfer.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/tensorrt/builder/libraries.h"
#include "core/json.h"

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

namespace ntrt::nvidia {

using ConfigPtr = std::unique_ptr<nvinfer1::IBuilderConfig>;

/// Each setter, whether it took the value (where it says so), and what is set afterwards.
inline Json settings(const tensorrt::Libraries& libraries) {
  tensorrt::TensorRtLog log;
  const auto builder = libraries.builder(log);
  const ConfigPtr config(builder->createBuilderConfig());
  std::vector<int64_t> numbers = {config->getAvgTimingIterations(), config->getMaxNbTactics(),
                                  config->getTacticSources(), static_cast<int>(config->getTilingOptimizationLevel())};
  std::vector<bool> taken;
  for (const int number : {0, 1, 8}) {
    config->setAvgTimingIterations(number);
    numbers.push_back(config->getAvgTimingIterations());
  }
  for (const int number : {0, -1, 8}) {
    config->setMaxNbTactics(number);
    numbers.push_back(config->getMaxNbTactics());
  }
  for (const uint32_t sources : {0U, 1U, 2U, 3U, 4U}) {
    taken.push_back(config->setTacticSources(sources));
    numbers.push_back(config->getTacticSources());
  }
  for (const int level : {0, 1, 3}) {
    taken.push_back(config->setTilingOptimizationLevel(static_cast<nvinfer1::TilingOptimizationLevel>(level)));
    numbers.push_back(static_cast<int>(config->getTilingOptimizationLevel()));
  }
  for (const int64_t bytes : {int64_t{-1}, int64_t{0}, int64_t{1} << 20U}) {
    taken.push_back(config->setL2LimitForTiling(bytes));
    if (taken.back()) numbers.push_back(config->getL2LimitForTiling());
  }
  for (const int streams : {-1, 0, 2}) taken.push_back(config->setMaxAuxStreams(streams));
  config->setRuntimePlatform(nvinfer1::RuntimePlatform::kWINDOWS_AMD64);
  numbers.push_back(static_cast<int>(config->getRuntimePlatform()));
  config->setFlag(nvinfer1::BuilderFlag::kEXCLUDE_LEAN_RUNTIME);
  taken.push_back(config->getFlag(nvinfer1::BuilderFlag::kEXCLUDE_LEAN_RUNTIME));
  using nvinfer1::MemoryPoolType;
  for (const auto pool :
       {MemoryPoolType::kDLA_MANAGED_SRAM, MemoryPoolType::kDLA_LOCAL_DRAM, MemoryPoolType::kDLA_GLOBAL_DRAM}) {
    config->setMemoryPoolLimit(pool, size_t{4} << 20U);
    numbers.push_back(static_cast<int64_t>(config->getMemoryPoolLimit(pool)));
  }
  for (const size_t bytes : {size_t{1} << 20U, size_t{1000000}}) {
    config->setMemoryPoolLimit(MemoryPoolType::kTACTIC_DRAM, bytes);
    numbers.push_back(static_cast<int64_t>(config->getMemoryPoolLimit(MemoryPoolType::kTACTIC_DRAM)));
  }
  return Json::object({{"numbers", Json::array(numbers)}, {"taken", Json::array(taken)}});
}

/// Of TensorRT, without anything measured: TensorRT-RTX has none.
inline Json timing_caches(const tensorrt::Libraries& libraries) {
  tensorrt::TensorRtLog log;
  const auto builder = libraries.builder(log);
  const ConfigPtr config(builder->createBuilderConfig());
  using Cache = std::unique_ptr<nvinfer1::ITimingCache>;
  const std::string garbage(4096, 'x');
  const Cache fresh(config->createTimingCache(nullptr, 0));
  const Cache damaged(config->createTimingCache(garbage.data(), garbage.size()));
  if (fresh == nullptr) return "none";
  const std::unique_ptr<nvinfer1::IHostMemory> bytes(fresh->serialize());
  const Cache again(config->createTimingCache(bytes->data(), bytes->size()));
  const bool has_none = config->getTimingCache() == nullptr;
  return Json::object({{"hasNone", has_none},
                       {"damaged", damaged != nullptr},
                       {"damagedSet", damaged != nullptr && config->setTimingCache(*damaged, false)},
                       {"again", again != nullptr},
                       {"combined", again != nullptr && fresh->combine(*again, false)},
                       {"set", config->setTimingCache(*fresh, false)},
                       {"get", config->getTimingCache() == fresh.get()}});
}

/// Counts.
class CountingRecorder final : public nvinfer1::IErrorRecorder {
 public:
  bool reportError(nvinfer1::ErrorCode, ErrorDesc) noexcept override { return ++number_ > 0; }
  int32_t getNbErrors() const noexcept override { return number_; }
  nvinfer1::ErrorCode getErrorCode(int32_t) const noexcept override { return nvinfer1::ErrorCode::kSUCCESS; }
  ErrorDesc getErrorDesc(int32_t) const noexcept override { return ""; }
  bool hasOverflowed() const noexcept override { return false; }
  void clear() noexcept override {}
  RefCount incRefCount() noexcept override { return 1; }
  RefCount decRefCount() noexcept override { return 1; }

 private:
  int32_t number_ = 0;
};

/// Whether an error goes to the recorder, the log, or both.
inline Json recording(const tensorrt::Libraries& libraries) {
  tensorrt::TensorRtLog log;
  CountingRecorder recorder;
  const auto builder = libraries.builder(log);
  builder->setErrorRecorder(&recorder);
  const ConfigPtr config(builder->createBuilderConfig());
  log.take_errors();
  config->setBuilderOptimizationLevel(-1);
  return Json::object({{"recorded", recorder.getNbErrors() > 0}, {"logged", !log.take_errors().empty()}});
}

}  // namespace ntrt::nvidia
