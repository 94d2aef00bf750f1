#pragma once
// ONNX Runtime, opened at run time. Nothing links against it: the library comes with the package
// `onnxruntime-node` (or a platform package) and its path is found by the loader in `lib/native`.

#include <onnxruntime_c_api.h>

#include <functional>
#include <memory>
#include <string>

#include "core/dtype.h"
#include "core/error.h"

namespace ntrt::cpu {

/// An object of the C API with the function that releases it.
template <typename T>
using OrtPtr = std::unique_ptr<T, void(ORT_API_CALL*)(T*)>;

/// The C API and the process-wide environment. Made once, never destroyed: ONNX Runtime's own threads and
/// statics may still be in use while the process exits.
class OrtLibrary {
 public:
  /// Opens the library on the first call; later calls return the same object whatever the path. Thread-safe.
  /// `on_open` is called once, when the library is mapped and before anything in it is used.
  /// Throws Error{kBackendUnavailable} that lists path and cause.
  static OrtLibrary& open(const std::string& path, const std::function<void()>& on_open);

  /// The library that open() returned before; for deleters, which have no other way to reach the API.
  static const OrtLibrary& current() noexcept;

  const OrtApi& api() const noexcept { return *api_; }
  OrtEnv* env() const noexcept { return env_; }
  const OrtMemoryInfo* memory_info() const noexcept { return memory_info_; }
  const std::string& version() const noexcept { return version_; }
  const std::string& path() const noexcept { return path_; }
  /// Whether ONNX Runtime's allocations go through our host pool.
  bool uses_host_pool() const noexcept { return uses_host_pool_; }

 private:
  OrtLibrary() = default;

  const OrtApi* api_ = nullptr;
  OrtEnv* env_ = nullptr;
  OrtMemoryInfo* memory_info_ = nullptr;
  bool uses_host_pool_ = false;
  std::string version_;
  std::string path_;
};

/// Which step failed decides what a status code means.
enum class Step { kOptions, kLoad, kRun };

/// Throws the Error that a status stands for, and releases it; returns when it is null.
void check(const OrtApi& api, OrtStatus* status, Step step);

ONNXTensorElementDataType to_ort(DType type) noexcept;

/// Throws Error{kUnsupported} for element types that we do not carry (complex, float8, int4).
DType from_ort(ONNXTensorElementDataType type, const std::string& tensor);

}  // namespace ntrt::cpu
