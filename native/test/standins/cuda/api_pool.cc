// Stream-ordered memory pools.
#include "test/standins/cuda/call.h"

#include <algorithm>

#include "test/standins/cuda/capture.h"
#include "test/standins/cuda/pool.h"

using namespace standin;

namespace {

Device* visible_device(Call& call, CUdevice device) {
  const std::vector<int>& all = call.s.settings.visible;
  if (device < 0 || device >= static_cast<int>(all.size())) {
    call.fail(CUDA_ERROR_INVALID_DEVICE);
    return nullptr;
  }
  Device* found = call.s.devices[static_cast<size_t>(all[static_cast<size_t>(device)])].get();
  if (!call.s.settings.devices[static_cast<size_t>(found->index)].has_pools) {
    call.fail(CUDA_ERROR_NOT_SUPPORTED);
    return nullptr;
  }
  return found;
}

PoolPtr find_pool(Call& call, CUmemoryPool handle) {
  if (!call.ok()) return nullptr;
  PoolPtr pool = call.s.pools.find(handle);
  if (pool == nullptr) {
    call.bad_handle("a memory pool");
    call.result = CUDA_ERROR_INVALID_VALUE;
  }
  return pool;
}

/// The clock that the next operation of the stream would have, roughly: what other streams add to it is not in it.
VectorClock next_clock(const State& s, const Stream& stream) {
  VectorClock clock = stream.clock;
  clock.join(s.host);
  return clock;
}

/// Memory that a graph owns is not modelled.
bool refuse_capture(Call& call, const Stream& stream) {
  if (!stream.capture) return false;
  call.s.violation("not-modelled", std::string(call.name) + " in a capture");
  call.fail(break_capture(*stream.capture, CUDA_ERROR_NOT_SUPPORTED));
  return true;
}

template <typename T>
T& value_as(void* value) {
  return *static_cast<T*>(value);
}

/// What an attribute stands for, if it is one that switches something.
int* switch_of(Pool& pool, CUmemPool_attribute attribute) {
  switch (attribute) {
    case CU_MEMPOOL_ATTR_REUSE_FOLLOW_EVENT_DEPENDENCIES:
      return &pool.reuse[0];
    case CU_MEMPOOL_ATTR_REUSE_ALLOW_OPPORTUNISTIC:
      return &pool.reuse[1];
    case CU_MEMPOOL_ATTR_REUSE_ALLOW_INTERNAL_DEPENDENCIES:
      return &pool.reuse[2];
    default:
      return nullptr;
  }
}

/// The same, if it is a number.
uint64_t* number_of(Pool& pool, CUmemPool_attribute attribute) {
  switch (attribute) {
    case CU_MEMPOOL_ATTR_RELEASE_THRESHOLD:
      return &pool.threshold;
    case CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT:
      return &pool.reserved;
    case CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH:
      return &pool.peak_reserved;
    case CU_MEMPOOL_ATTR_USED_MEM_CURRENT:
      return &pool.used;
    case CU_MEMPOOL_ATTR_USED_MEM_HIGH:
      return &pool.peak_used;
    default:
      return nullptr;
  }
}

}  // namespace

CUresult CUDAAPI cuDeviceGetDefaultMemPool(CUmemoryPool* pool, CUdevice device) {
  Call call("cuDeviceGetDefaultMemPool", Needs::kInit);
  Device* found = call.ok() ? visible_device(call, device) : nullptr;
  if (found == nullptr) return call.result;
  if (found->default_pool == nullptr) {
    found->default_pool = std::make_shared<Pool>();
    found->default_pool->device = found;
    found->default_pool->is_default = true;
    found->default_pool_handle = call.s.pools.add(found->default_pool);
  }
  *pool = reinterpret_cast<CUmemoryPool>(found->default_pool_handle);
  return call.result;
}

CUresult CUDAAPI cuMemPoolCreate(CUmemoryPool* pool, const CUmemPoolProps* props) {
  Call call("cuMemPoolCreate", Needs::kInit);
  if (!call.ok()) return call.result;
  const bool is_ordinary = props->allocType == CU_MEM_ALLOCATION_TYPE_PINNED &&
                           props->handleTypes == CU_MEM_HANDLE_TYPE_NONE &&
                           props->location.type == CU_MEM_LOCATION_TYPE_DEVICE && props->maxSize == 0;
  if (!is_ordinary) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  Device* device = visible_device(call, props->location.id);
  if (device == nullptr) return call.result;
  call.use(device->context);
  if (!call.ok()) return call.result;
  auto made = std::make_shared<Pool>();
  made->device = device;
  *pool = reinterpret_cast<CUmemoryPool>(call.s.pools.add(std::move(made)));
  return call.result;
}

CUresult CUDAAPI cuMemPoolDestroy(CUmemoryPool handle) {
  Call call("cuMemPoolDestroy", Needs::kEnds);
  call.result = CUDA_SUCCESS;
  const PoolPtr pool = find_pool(call, handle);
  if (pool == nullptr) return call.result;
  if (pool->is_default) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  call.s.pools.erase(handle);
  call.s.dying_pools.push_back(pool);
  release_above_thresholds(call.s);
  if (pool->device->context.lost != CUDA_SUCCESS) call.fail(pool->device->context.lost);
  return call.result;
}

CUresult CUDAAPI cuMemPoolSetAttribute(CUmemoryPool handle, CUmemPool_attribute attribute, void* value) {
  Call call("cuMemPoolSetAttribute", Needs::kInit);
  const PoolPtr pool = find_pool(call, handle);
  if (pool == nullptr) return call.result;
  const bool is_peak = attribute == CU_MEMPOOL_ATTR_RESERVED_MEM_HIGH || attribute == CU_MEMPOOL_ATTR_USED_MEM_HIGH;
  if (int* on = switch_of(*pool, attribute)) {
    *on = value_as<int>(value);
  } else if (attribute == CU_MEMPOOL_ATTR_RELEASE_THRESHOLD) {
    pool->threshold = value_as<cuuint64_t>(value);
  } else if (is_peak && value_as<cuuint64_t>(value) == 0) {
    *number_of(*pool, attribute) = attribute == CU_MEMPOOL_ATTR_USED_MEM_HIGH ? pool->used : pool->reserved;
  } else {
    call.fail(CUDA_ERROR_INVALID_VALUE);
  }
  return call.result;
}

CUresult CUDAAPI cuMemPoolGetAttribute(CUmemoryPool handle, CUmemPool_attribute attribute, void* value) {
  Call call("cuMemPoolGetAttribute", Needs::kInit);
  const PoolPtr pool = find_pool(call, handle);
  if (pool == nullptr) return call.result;
  if (const int* on = switch_of(*pool, attribute)) {
    value_as<int>(value) = *on;
  } else if (const uint64_t* number = number_of(*pool, attribute)) {
    value_as<cuuint64_t>(value) = *number;
  } else {
    call.fail(CUDA_ERROR_INVALID_VALUE);
  }
  return call.result;
}

CUresult CUDAAPI cuMemPoolTrimTo(CUmemoryPool handle, size_t keep_bytes) {
  Call call("cuMemPoolTrimTo", Needs::kInit);
  const PoolPtr pool = find_pool(call, handle);
  if (pool != nullptr) trim(*pool, keep_bytes);
  return call.result;
}

CUresult CUDAAPI cuMemAllocFromPoolAsync(CUdeviceptr* address, size_t bytes, CUmemoryPool handle, CUstream stream) {
  Call call("cuMemAllocFromPoolAsync", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  const PoolPtr pool = found == nullptr ? nullptr : find_pool(call, handle);
  if (pool == nullptr || refuse_capture(call, *found)) return call.result;
  if (bytes == 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  Submission more;
  if (!take(call.s, *pool, pool_bytes(bytes), next_clock(call.s, *found), more.after)) {
    return call.fail(CUDA_ERROR_OUT_OF_MEMORY).result;
  }
  const BlockPtr block = call.s.memory.add(BlockKind::kPool, pool->device, bytes);
  if (block == nullptr) {
    give_back(*pool, pool_bytes(bytes), nullptr, 0);
    return call.fail(CUDA_ERROR_OUT_OF_MEMORY).result;
  }
  block->pool = pool;
  // Counts as a write, so that another stream's use before the allocation's turn is a use out of order.
  enqueue(call, found, {.name = call.name, .accesses = {{block->address, bytes, 1}}}, std::move(more));
  *address = block->address;
  return call.result;
}

CUresult CUDAAPI cuMemFreeAsync(CUdeviceptr address, CUstream stream) {
  Call call("cuMemFreeAsync", Needs::kEnds);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr || refuse_capture(call, *found)) return call.result;
  const BlockPtr block = call.s.memory.find_to_free(address, call.name, call.s.settings.abort_on_violation);
  if (block == nullptr) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  if (block->pool == nullptr) {
    call.s.violation("foreign-free", "cuMemFreeAsync of " + block->describe());
    return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  }
  CompletionPtr completion;
  if (found->context->lost == CUDA_SUCCESS) {
    completion = enqueue(call, found, {.name = call.name, .accesses = {{address, block->bytes, 1}}});
  } else {
    call.fail(found->context->lost);
  }
  call.s.memory.remove(block, call.name);
  give_back(*block->pool, pool_bytes(block->bytes), completion, found->ticks);
  return call.result;
}
