#pragma once
// Every function of the driver that is used, with the version of its signature: the one place where that is decided.
// The version picks the type in cudaTypedefs.h and is what the driver is asked for, so that newer headers or a newer
// driver never change what is called. Looking a name up in the library instead would find its first version.

#include <cuda.h>
#include <cudaTypedefs.h>

namespace ntrt::cuda {

/// What is called needs the driver of this version: 11.4 (R470). TensorRT 11 asks for a newer one.
inline constexpr int kOldestDriver = 11040;

// X(member of Driver, name in the driver, version of the signature, whether a driver may lack it)
#define NTRT_CUDA_DRIVER_TABLE(X)                                                \
  X(init, cuInit, 2000, kRequired)                                               \
  X(driver_get_version, cuDriverGetVersion, 2020, kRequired)                     \
  X(get_error_name, cuGetErrorName, 6000, kRequired)                             \
  X(get_error_string, cuGetErrorString, 6000, kRequired)                         \
  X(device_get_count, cuDeviceGetCount, 2000, kRequired)                         \
  X(device_get, cuDeviceGet, 2000, kRequired)                                    \
  X(device_get_name, cuDeviceGetName, 2000, kRequired)                           \
  X(device_get_uuid, cuDeviceGetUuid, 11040, kRequired)                          \
  X(device_get_attribute, cuDeviceGetAttribute, 2000, kRequired)                 \
  X(device_total_mem, cuDeviceTotalMem, 3020, kRequired)                         \
  X(device_get_pci_bus_id, cuDeviceGetPCIBusId, 4010, kRequired)                 \
  X(device_primary_ctx_retain, cuDevicePrimaryCtxRetain, 7000, kRequired)        \
  X(device_primary_ctx_release, cuDevicePrimaryCtxRelease, 11000, kRequired)     \
  X(device_primary_ctx_get_state, cuDevicePrimaryCtxGetState, 7000, kRequired)   \
  X(ctx_push_current, cuCtxPushCurrent, 4000, kRequired)                         \
  X(ctx_pop_current, cuCtxPopCurrent, 4000, kRequired)                           \
  X(ctx_get_current, cuCtxGetCurrent, 4000, kRequired)                           \
  X(ctx_synchronize, cuCtxSynchronize, 2000, kRequired)                          \
  X(ctx_get_stream_priority_range, cuCtxGetStreamPriorityRange, 5050, kRequired) \
  X(mem_get_info, cuMemGetInfo, 3020, kRequired)                                 \
  X(mem_alloc, cuMemAlloc, 3020, kRequired)                                      \
  X(mem_free, cuMemFree, 3020, kRequired)                                        \
  X(mem_host_alloc, cuMemHostAlloc, 2020, kRequired)                             \
  X(mem_free_host, cuMemFreeHost, 2000, kRequired)                               \
  X(memcpy_htod_async, cuMemcpyHtoDAsync, 3020, kRequired)                       \
  X(memcpy_dtoh_async, cuMemcpyDtoHAsync, 3020, kRequired)                       \
  X(memcpy_dtod_async, cuMemcpyDtoDAsync, 3020, kRequired)                       \
  X(memset_d8_async, cuMemsetD8Async, 3020, kRequired)                           \
  X(stream_create_with_priority, cuStreamCreateWithPriority, 5050, kRequired)    \
  X(stream_destroy, cuStreamDestroy, 4000, kRequired)                            \
  X(stream_synchronize, cuStreamSynchronize, 2000, kRequired)                    \
  X(stream_query, cuStreamQuery, 2000, kRequired)                                \
  X(stream_wait_event, cuStreamWaitEvent, 3020, kRequired)                       \
  X(launch_host_func, cuLaunchHostFunc, 10000, kRequired)                        \
  X(event_create, cuEventCreate, 2000, kRequired)                                \
  X(event_destroy, cuEventDestroy, 4000, kRequired)                              \
  X(event_record, cuEventRecord, 2000, kRequired)                                \
  X(event_query, cuEventQuery, 2000, kRequired)                                  \
  X(event_synchronize, cuEventSynchronize, 2000, kRequired)                      \
  X(event_elapsed_time, cuEventElapsedTime, 2000, kRequired)                     \
  X(stream_begin_capture, cuStreamBeginCapture, 10010, kRequired)                \
  X(stream_end_capture, cuStreamEndCapture, 10000, kRequired)                    \
  X(stream_is_capturing, cuStreamIsCapturing, 10000, kRequired)                  \
  X(graph_instantiate, cuGraphInstantiateWithFlags, 11040, kRequired)            \
  X(graph_launch, cuGraphLaunch, 10000, kRequired)                               \
  X(graph_destroy, cuGraphDestroy, 10000, kRequired)                             \
  X(graph_exec_destroy, cuGraphExecDestroy, 10000, kRequired)                    \
  X(device_get_default_mem_pool, cuDeviceGetDefaultMemPool, 11020, kRequired)    \
  X(mem_pool_create, cuMemPoolCreate, 11020, kRequired)                          \
  X(mem_pool_destroy, cuMemPoolDestroy, 11020, kRequired)                        \
  X(mem_pool_set_attribute, cuMemPoolSetAttribute, 11020, kRequired)             \
  X(mem_pool_get_attribute, cuMemPoolGetAttribute, 11020, kRequired)             \
  X(mem_pool_trim_to, cuMemPoolTrimTo, 11020, kRequired)                         \
  X(mem_alloc_from_pool_async, cuMemAllocFromPoolAsync, 11020, kRequired)        \
  X(mem_free_async, cuMemFreeAsync, 11020, kRequired)                            \
  /* Drivers of CUDA 11 have none. */                                            \
  X(graph_exec_update, cuGraphExecUpdate, 12000, kOptional)

}  // namespace ntrt::cuda
