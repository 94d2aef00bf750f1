#pragma once
// What TensorRT-RTX compiles on the device for an engine, kept in a file between processes.

#include <NvInferRuntime.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/runtime/device.h"
#include "backends/tensorrt/runtime/runtime_log.h"

namespace ntrt::tensorrt {

/// Shared by all contexts of an engine, which may be made and run at the same time; save() is called when they have
/// gone. With TensorRT, and with versions that have no such cache, it does nothing. The last engine that is unloaded
/// wins a file that several use.
class RuntimeCache {
 public:
  /// Reads the file at `path` (UTF-8; "" for none), in the engine's context of CUDA's. What TensorRT does not take, or
  /// cannot be read, costs one warning in `log`. The arguments outlive it.
  RuntimeCache(const std::string& path, nvinfer1::ICudaEngine& engine, const Library& library, const UsedDevice& device,
               RuntimeLog& log);

  /// Null where TensorRT makes none.
  nvinfer1::IExecutionContext* create_context(nvinfer1::ICudaEngine& engine) const noexcept;

  /// Replaces the file if there is more, or something else, than it had. Failures are none.
  void save() noexcept;

  const std::string& path() const noexcept { return path_; }
  /// "none", "new", "read", "stale", as in NtrtEngineFacts::json.
  const char* state() const noexcept { return state_; }

 private:
  const std::string path_;
  const char* state_ = "none";
#ifdef TRT_MAJOR_RTX
  /// Enough to see that bytes have changed.
  struct Digest {
    size_t bytes = 0;
    size_t hash = 0;
    bool operator==(const Digest&) const = default;
  };
  static Digest digest_of(std::span<const std::byte> bytes) noexcept;

  void read();
  void start_anew(const std::string& why);
  std::unique_ptr<nvinfer1::IHostMemory, DeleteInContext> serialize() const;

  const UsedDevice& device_;
  RuntimeLog& log_;
  bool may_replace_ = true;  ///< false for what is no file of ours, and stays as it is
  Digest known_;             ///< of what need not be written
  // The configuration knows the cache, and ends first.
  std::unique_ptr<nvinfer1::IRuntimeCache, DeleteInContext> cache_;
  std::unique_ptr<nvinfer1::IRuntimeConfig, DeleteInContext> config_;
#endif
};

}  // namespace ntrt::tensorrt
