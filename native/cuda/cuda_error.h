#pragma once
// What a status of the driver means to us, and calls that throw it.

#include <string>
#include <utility>

#include "core/error.h"
#include "cuda/driver.h"

namespace ntrt::cuda {

/// "CUDA_ERROR_OUT_OF_MEMORY"; a number for what this driver does not know.
std::string error_name(const Driver& driver, CUresult result);
/// The driver's sentence about it.
std::string error_text(const Driver& driver, CUresult result);

/// Whether the context is lost with this error: every further call says the same, and only a new process helps.
bool is_sticky(CUresult result) noexcept;

/// OUT_OF_MEMORY, DEVICE_LOST (sticky), BACKEND_UNAVAILABLE (no device, not initialised) or BACKEND_ERROR, with details
/// call, cudaError, cudaCode and, if `bytes` is not 0, requestedBytes.
Error make_error(const Driver& driver, CUresult result, const char* call, size_t bytes = 0);

/// Calls `entry`, and throws what make_error() makes of its status. Throws Error{kUnsupported} for a function that
/// this driver has not.
template <typename Function, typename... Args>
void call_sized(const Driver& driver, size_t bytes, const Entry<Function>& entry, Args&&... args) {
  if (entry.call == nullptr) {
    throw Error(Code::kUnsupported, "this driver (CUDA " + std::to_string(driver.version) + ") has no " + entry.name);
  }
  const CUresult result = entry.call(std::forward<Args>(args)...);
  if (result != CUDA_SUCCESS) throw make_error(driver, result, entry.name, bytes);
}

template <typename Function, typename... Args>
void call(const Driver& driver, const Entry<Function>& entry, Args&&... args) {
  call_sized(driver, 0, entry, std::forward<Args>(args)...);
}

/// For what may be unfinished: false for CUDA_ERROR_NOT_READY, throws as call().
template <typename Function, typename... Args>
bool call_ready(const Driver& driver, const Entry<Function>& entry, Args&&... args) {
  const CUresult result = entry.call(std::forward<Args>(args)...);
  if (result == CUDA_ERROR_NOT_READY) return false;
  if (result != CUDA_SUCCESS) throw make_error(driver, result, entry.name);
  return true;
}

}  // namespace ntrt::cuda
