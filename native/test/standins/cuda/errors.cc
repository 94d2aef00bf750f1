// Names of statuses. Their descriptions are made from the names, and are not the real driver's.
#include "test/standins/cuda/abi.h"

#include <map>
#include <string>

namespace {

struct Named {
  CUresult code;
  const char* name;
};

#define NAMED(code) {code, #code}
constexpr Named kNames[] = {
    NAMED(CUDA_SUCCESS),
    NAMED(CUDA_ERROR_INVALID_VALUE),
    NAMED(CUDA_ERROR_OUT_OF_MEMORY),
    NAMED(CUDA_ERROR_NOT_INITIALIZED),
    NAMED(CUDA_ERROR_DEINITIALIZED),
    NAMED(CUDA_ERROR_DEVICE_UNAVAILABLE),
    NAMED(CUDA_ERROR_NO_DEVICE),
    NAMED(CUDA_ERROR_INVALID_DEVICE),
    NAMED(CUDA_ERROR_INVALID_IMAGE),
    NAMED(CUDA_ERROR_INVALID_CONTEXT),
    NAMED(CUDA_ERROR_NO_BINARY_FOR_GPU),
    NAMED(CUDA_ERROR_ECC_UNCORRECTABLE),
    NAMED(CUDA_ERROR_CONTAINED),
    NAMED(CUDA_ERROR_INVALID_HANDLE),
    NAMED(CUDA_ERROR_ILLEGAL_STATE),
    NAMED(CUDA_ERROR_NOT_FOUND),
    NAMED(CUDA_ERROR_NOT_READY),
    NAMED(CUDA_ERROR_ILLEGAL_ADDRESS),
    NAMED(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES),
    NAMED(CUDA_ERROR_LAUNCH_TIMEOUT),
    NAMED(CUDA_ERROR_CONTEXT_IS_DESTROYED),
    NAMED(CUDA_ERROR_ASSERT),
    NAMED(CUDA_ERROR_HARDWARE_STACK_ERROR),
    NAMED(CUDA_ERROR_ILLEGAL_INSTRUCTION),
    NAMED(CUDA_ERROR_MISALIGNED_ADDRESS),
    NAMED(CUDA_ERROR_INVALID_ADDRESS_SPACE),
    NAMED(CUDA_ERROR_INVALID_PC),
    NAMED(CUDA_ERROR_LAUNCH_FAILED),
    NAMED(CUDA_ERROR_TENSOR_MEMORY_LEAK),
    NAMED(CUDA_ERROR_NOT_PERMITTED),
    NAMED(CUDA_ERROR_NOT_SUPPORTED),
    NAMED(CUDA_ERROR_SYSTEM_NOT_READY),
    NAMED(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_MERGE),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_UNJOINED),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_ISOLATION),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT),
    NAMED(CUDA_ERROR_CAPTURED_EVENT),
    NAMED(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD),
    NAMED(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE),
    NAMED(CUDA_ERROR_EXTERNAL_DEVICE),
    NAMED(CUDA_ERROR_UNKNOWN),
};
#undef NAMED

const char* find_name(CUresult code) {
  for (const Named& named : kNames) {
    if (named.code == code) return named.name;
  }
  return nullptr;
}

/// "out of memory (stand-in)"
std::string describe(const std::string& name) {
  std::string text = name.substr(name.find('_') + 1);
  if (text.starts_with("ERROR_")) text = text.substr(6);
  for (char& c : text) c = c == '_' ? ' ' : static_cast<char>(c - 'A' + 'a');
  return text + " (stand-in)";
}

const std::map<CUresult, std::string>& descriptions() {
  static const auto* const kAll = [] {
    auto* all = new std::map<CUresult, std::string>();
    for (const Named& named : kNames) (*all)[named.code] = describe(named.name);
    return all;
  }();
  return *kAll;
}

}  // namespace

CUresult CUDAAPI cuGetErrorName(CUresult error, const char** name) {
  *name = find_name(error);
  return *name != nullptr ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult CUDAAPI cuGetErrorString(CUresult error, const char** text) {
  const auto found = descriptions().find(error);
  *text = found != descriptions().end() ? found->second.c_str() : nullptr;
  return *text != nullptr ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}
