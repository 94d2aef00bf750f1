#include "cuda/device_memory.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

DeviceMemory DeviceMemory::allocate(const ContextPtr& context, size_t bytes) {
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  CUdeviceptr address = 0;
  call_sized(driver, bytes, driver.mem_alloc, &address, bytes);
  return {context, address, bytes};
}

}  // namespace ntrt::cuda
