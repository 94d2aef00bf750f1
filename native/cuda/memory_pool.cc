#include "cuda/memory_pool.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

bool MemoryPool::is_supported(const PrimaryContext& context) {
  const Driver& driver = context.driver();
  CUdevice device = 0;
  int supported = 0;
  call(driver, driver.device_get, &device, context.device().index);
  call(driver, driver.device_get_attribute, &supported, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED, device);
  return supported != 0;
}

MemoryPool MemoryPool::create(const ContextPtr& context) {
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  CUmemPoolProps props{};
  props.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  props.handleTypes = CU_MEM_HANDLE_TYPE_NONE;
  props.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  props.location.id = context->device().index;
  CUmemoryPool handle = nullptr;
  call(driver, driver.mem_pool_create, &handle, &props);
  MemoryPool pool(context, handle);
  // Without this the driver gives everything back at each synchronisation; we decide by trim().
  cuuint64_t threshold = UINT64_MAX;
  call(driver, driver.mem_pool_set_attribute, handle, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &threshold);
  return pool;
}

CUdeviceptr MemoryPool::allocate(size_t bytes, StreamView stream) const {
  const ContextScope scope(*context());
  CUdeviceptr address = 0;
  call_sized(driver(), bytes, driver().mem_alloc_from_pool_async, &address, bytes, get(), stream.handle);
  return address;
}

void MemoryPool::deallocate(CUdeviceptr address, StreamView stream) const noexcept {
  const QuietContextScope scope(*context());
  driver().mem_free_async.call(address, stream.handle);
}

void MemoryPool::trim(uint64_t keep_bytes) const {
  const ContextScope scope(*context());
  call(driver(), driver().mem_pool_trim_to, get(), static_cast<size_t>(keep_bytes));
}

MemoryPool::Stats MemoryPool::stats() const {
  const auto read = [&](CUmemPool_attribute attribute) {
    cuuint64_t value = 0;
    call(driver(), driver().mem_pool_get_attribute, get(), attribute, &value);
    return value;
  };
  return {read(CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT), read(CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH),
          read(CU_MEMPOOL_ATTR_USED_MEM_CURRENT), read(CU_MEMPOOL_ATTR_USED_MEM_HIGH)};
}

}  // namespace ntrt::cuda
