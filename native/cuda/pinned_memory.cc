#include "cuda/pinned_memory.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

PinnedMemory PinnedMemory::allocate(const ContextPtr& context, size_t bytes, Use use) {
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  void* address = nullptr;
  const unsigned flags = CU_MEMHOSTALLOC_PORTABLE | (use == Use::kToDevice ? CU_MEMHOSTALLOC_WRITECOMBINED : 0U);
  call_sized(driver, bytes, driver.mem_host_alloc, &address, bytes, flags);
  return {context, address, bytes};
}

}  // namespace ntrt::cuda
