#include "cuda/cuda_error.h"

#include <vector>

namespace ntrt::cuda {
namespace {

Code code_for(CUresult result) noexcept {
  if (result == CUDA_ERROR_OUT_OF_MEMORY) return Code::kOutOfMemory;
  if (is_sticky(result)) return Code::kDeviceLost;
  switch (result) {
    case CUDA_ERROR_NO_DEVICE:
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_NOT_INITIALIZED:
    case CUDA_ERROR_SYSTEM_NOT_READY:
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
      return Code::kBackendUnavailable;
    case CUDA_ERROR_NOT_SUPPORTED:
      return Code::kUnsupported;
    default:
      return Code::kBackendError;
  }
}

}  // namespace

std::string error_name(const Driver& driver, CUresult result) {
  const char* name = nullptr;
  if (driver.get_error_name.call != nullptr) driver.get_error_name.call(result, &name);
  return name != nullptr ? name : "CUDA error " + std::to_string(static_cast<int>(result));
}

std::string error_text(const Driver& driver, CUresult result) {
  const char* text = nullptr;
  if (driver.get_error_string.call != nullptr) driver.get_error_string.call(result, &text);
  return text != nullptr ? text : "no description";
}

bool is_sticky(CUresult result) noexcept {
  switch (result) {
    case CUDA_ERROR_ECC_UNCORRECTABLE:
    case CUDA_ERROR_CONTAINED:
    case CUDA_ERROR_ILLEGAL_ADDRESS:
    case CUDA_ERROR_LAUNCH_TIMEOUT:
    case CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING:
    case CUDA_ERROR_CONTEXT_IS_DESTROYED:
    case CUDA_ERROR_ASSERT:
    case CUDA_ERROR_HARDWARE_STACK_ERROR:
    case CUDA_ERROR_ILLEGAL_INSTRUCTION:
    case CUDA_ERROR_MISALIGNED_ADDRESS:
    case CUDA_ERROR_INVALID_ADDRESS_SPACE:
    case CUDA_ERROR_INVALID_PC:
    case CUDA_ERROR_LAUNCH_FAILED:
    case CUDA_ERROR_TENSOR_MEMORY_LEAK:
    case CUDA_ERROR_MPS_CLIENT_TERMINATED:
    case CUDA_ERROR_EXTERNAL_DEVICE:
    case CUDA_ERROR_UNKNOWN:
      return true;
    default:
      return false;
  }
}

Error make_error(const Driver& driver, CUresult result, const char* call, size_t bytes) {
  const std::string name = error_name(driver, result);
  std::string message = std::string(call) + " failed: " + name + " (" + error_text(driver, result) + ")";
  std::vector<Detail> details = {
      {"call", std::string(call)}, {"cudaError", name}, {"cudaCode", static_cast<double>(result)}};
  if (bytes != 0) {
    message += ", " + std::to_string(bytes) + " bytes";
    details.push_back({"requestedBytes", static_cast<double>(bytes)});
  }
  return {code_for(result), std::move(message), std::move(details)};
}

}  // namespace ntrt::cuda
