#pragma once
// IRuntimeCache and IRuntimeConfig of TensorRT-RTX: one entry for each model and the shapes that it was run with.

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "loud.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

/// What runs have compiled. Any thread.
class Compiled {
 public:
  void add(std::string entry) {
    const std::lock_guard lock(mutex_);
    entries_.insert(std::move(entry));
  }
  void replace(std::set<std::string> entries) {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(entries);
  }
  /// Each with a line feed behind it.
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& entry : entries_) text += entry + '\n';
    return text;
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> entries_;  // guarded by mutex_
};

/// Kept alive by the contexts that were made with it.
using CompiledPtr = std::shared_ptr<Compiled>;

#ifdef TRT_MAJOR_RTX

/// Bytes: a magic, the versions of the library and of the driver, the device's UUID, and the entries with a checksum.
class RuntimeCache final : public nvinfer1::loud::RuntimeCache {
 public:
  explicit RuntimeCache(const Voice& voice) : voice_(voice) {}

  nvinfer1::IHostMemory* serialize() const noexcept override;
  bool deserialize(const void* blob, size_t size) noexcept override;
  bool reset() noexcept override;

  const CompiledPtr& compiled() const { return compiled_; }

 private:
  Voice voice_;
  CompiledPtr compiled_ = std::make_shared<Compiled>();
};

class RuntimeConfig final : public nvinfer1::loud::RuntimeConfig {
 public:
  explicit RuntimeConfig(const Voice& voice) : voice_(voice) {}

  nvinfer1::IRuntimeCache* createRuntimeCache() const noexcept override;
  bool setRuntimeCache(const nvinfer1::IRuntimeCache& cache) noexcept override;
  nvinfer1::IRuntimeCache* getRuntimeCache() const noexcept override { return cache_; }

  /// Null without a cache.
  CompiledPtr compiled() const { return cache_ == nullptr ? nullptr : cache_->compiled(); }

 private:
  Voice voice_;
  RuntimeCache* cache_ = nullptr;
};

#endif

}  // namespace standin
