// cuGetProcAddress: the functions of this library by name and version.
#include "test/standins/cuda/call.h"

#include <string_view>
#include <type_traits>

using namespace standin;

extern "C" STANDIN_API CUresult cuGetProcAddress_v2(const char*, void**, int, cuuint64_t,
                                                    CUdriverProcAddressQueryResult*);

namespace {

struct Function {
  std::string_view name;
  int version;  // of CUDA, in which it came with this signature
  void* address;
};

// The type of each is checked against cudaTypedefs.h.
#define FUNCTION(name, version) {#name, version, reinterpret_cast<void*>(static_cast<PFN_##name##_v##version>(&name))}
const Function kFunctions[] = {
    FUNCTION(cuInit, 2000),
    FUNCTION(cuDriverGetVersion, 2020),
    FUNCTION(cuGetErrorName, 6000),
    FUNCTION(cuGetErrorString, 6000),
    FUNCTION(cuDeviceGetCount, 2000),
    FUNCTION(cuDeviceGet, 2000),
    FUNCTION(cuDeviceGetName, 2000),
    FUNCTION(cuDeviceGetUuid, 9020),
    FUNCTION(cuDeviceGetUuid, 11040),
    FUNCTION(cuDeviceGetAttribute, 2000),
    FUNCTION(cuDeviceTotalMem, 3020),
    FUNCTION(cuDeviceGetPCIBusId, 4010),
    FUNCTION(cuDevicePrimaryCtxRetain, 7000),
    FUNCTION(cuDevicePrimaryCtxRelease, 11000),
    FUNCTION(cuDevicePrimaryCtxGetState, 7000),
    FUNCTION(cuCtxPushCurrent, 4000),
    FUNCTION(cuCtxPopCurrent, 4000),
    FUNCTION(cuCtxGetCurrent, 4000),
    FUNCTION(cuCtxSetCurrent, 4000),
    FUNCTION(cuCtxGetDevice, 2000),
    FUNCTION(cuCtxGetStreamPriorityRange, 5050),
    FUNCTION(cuCtxSynchronize, 2000),
    FUNCTION(cuMemGetInfo, 3020),
    FUNCTION(cuMemAlloc, 3020),
    FUNCTION(cuMemFree, 3020),
    FUNCTION(cuMemHostAlloc, 2020),
    FUNCTION(cuMemFreeHost, 2000),
    FUNCTION(cuMemcpyHtoDAsync, 3020),
    FUNCTION(cuMemcpyDtoHAsync, 3020),
    FUNCTION(cuMemcpyDtoDAsync, 3020),
    FUNCTION(cuMemsetD8Async, 3020),
    FUNCTION(cuStreamCreate, 2000),
    FUNCTION(cuStreamCreateWithPriority, 5050),
    FUNCTION(cuStreamDestroy, 4000),
    FUNCTION(cuStreamSynchronize, 2000),
    FUNCTION(cuStreamQuery, 2000),
    FUNCTION(cuStreamGetFlags, 5050),
    FUNCTION(cuStreamGetPriority, 5050),
    FUNCTION(cuStreamWaitEvent, 3020),
    FUNCTION(cuLaunchHostFunc, 10000),
    FUNCTION(cuEventCreate, 2000),
    FUNCTION(cuEventDestroy, 4000),
    FUNCTION(cuEventRecord, 2000),
    FUNCTION(cuEventQuery, 2000),
    FUNCTION(cuEventSynchronize, 2000),
    FUNCTION(cuEventElapsedTime, 2000),
    FUNCTION(cuEventElapsedTime, 12080),
    FUNCTION(cuStreamBeginCapture, 10010),
    FUNCTION(cuStreamEndCapture, 10000),
    FUNCTION(cuStreamIsCapturing, 10000),
    FUNCTION(cuThreadExchangeStreamCaptureMode, 10010),
    FUNCTION(cuGraphInstantiateWithFlags, 11040),
    FUNCTION(cuGraphLaunch, 10000),
    FUNCTION(cuGraphDestroy, 10000),
    FUNCTION(cuGraphExecDestroy, 10000),
    FUNCTION(cuGraphExecUpdate, 12000),
    FUNCTION(cuDeviceGetDefaultMemPool, 11020),
    FUNCTION(cuMemPoolCreate, 11020),
    FUNCTION(cuMemPoolDestroy, 11020),
    FUNCTION(cuMemPoolSetAttribute, 11020),
    FUNCTION(cuMemPoolGetAttribute, 11020),
    FUNCTION(cuMemPoolTrimTo, 11020),
    FUNCTION(cuMemAllocFromPoolAsync, 11020),
    FUNCTION(cuMemFreeAsync, 11020),
    {"cuGetProcAddress", 12000, reinterpret_cast<void*>(&cuGetProcAddress_v2)},
};
#undef FUNCTION

/// The newest that is not newer than `version`.
const Function* find_function(std::string_view name, int version, bool& is_known) {
  const Function* best = nullptr;
  for (const Function& function : kFunctions) {
    if (function.name != name) continue;
    is_known = true;
    if (function.version <= version && (best == nullptr || best->version < function.version)) best = &function;
  }
  return best;
}

CUresult look_up(const char* symbol, void** address, int version, cuuint64_t flags,
                 CUdriverProcAddressQueryResult* status) {
  Call call("cuGetProcAddress", Needs::kNothing);
  *address = nullptr;
  if (version > call.s.settings.driver_version) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  if ((flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM) != 0) {
    call.s.violation("not-modelled", "cuGetProcAddress of per-thread default streams");
    return call.fail(CUDA_ERROR_NOT_SUPPORTED).result;
  }
  bool is_known = false;
  const Function* found = find_function(symbol, version, is_known);
  if (found != nullptr) *address = found->address;
  if (status != nullptr) {
    *status = found != nullptr ? CU_GET_PROC_ADDRESS_SUCCESS
              : is_known       ? CU_GET_PROC_ADDRESS_VERSION_NOT_SUFFICIENT
                               : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
  }
  return call.result;
}

}  // namespace

#undef cuGetProcAddress
extern "C" {

/// As drivers have it since CUDA 12.
CUresult cuGetProcAddress_v2(const char* symbol, void** address, int version, cuuint64_t flags,
                             CUdriverProcAddressQueryResult* status) {
  return look_up(symbol, address, version, flags, status);
}

/// As drivers of CUDA 11.3 have it.
STANDIN_API CUresult cuGetProcAddress(const char* symbol, void** address, int version, cuuint64_t flags) {
  return look_up(symbol, address, version, flags, nullptr);
}

}  // extern "C"
