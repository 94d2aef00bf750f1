#pragma once
// The stand-in driver as a stand-in of TensorRT uses it: what every program could call, by cuGetProcAddress, and the
// functions of standin.h.

#include <cuda.h>

#include "test/standins/cuda/standin.h"

namespace standin {

struct Driver {
  decltype(&standin_enqueue) enqueue = nullptr;
  decltype(&standin_report) report = nullptr;
  decltype(&standin_call) call = nullptr;
  CUresult (*init)(unsigned) = nullptr;
  CUresult (*device_get)(CUdevice*, int) = nullptr;
  CUresult (*ctx_get_device)(CUdevice*) = nullptr;
  CUresult (*device_get_uuid)(CUuuid*, CUdevice) = nullptr;
  CUresult (*driver_get_version)(int*) = nullptr;
  CUresult (*device_get_attribute)(int*, CUdevice_attribute, CUdevice) = nullptr;
  CUresult (*mem_alloc)(CUdeviceptr*, size_t) = nullptr;
  CUresult (*mem_free)(CUdeviceptr) = nullptr;
  CUresult (*event_record)(CUevent, CUstream) = nullptr;

  /// The one of this process, or null where there is none: a machine without a GPU. Opens it by its name if nobody has.
  static const Driver* find();
};

/// Counts a call of a function of TensorRT, by its name, and does what STANDIN_FAULTS wants of it: false where it is to
/// fail. Without a driver there are no faults.
bool call(const char* function);

/// The compute capability of the current context's device, as 86 for 8.6; 0 without a driver or a context.
int current_compute_capability();

/// The same; without a context that of the first device, which CUDA's runtime, that NVIDIA's library uses, then takes.
int build_compute_capability();

}  // namespace standin
