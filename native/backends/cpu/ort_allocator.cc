#include "backends/cpu/ort_allocator.h"

#include <new>

#include "core/error.h"
#include "memory/pools.h"

namespace ntrt::cpu {
namespace {

thread_local size_t failed_allocation = 0;

/// Lives as long as the process: the environment keeps a pointer to it.
struct HostPoolAllocator : OrtAllocator {
  const OrtMemoryInfo* memory_info = nullptr;
};

// Rule: never return null. ONNX Runtime 1.30 writes through a null pointer during Run, while it turns
// std::bad_alloc into a clean status and stays usable.
void* ORT_API_CALL allocate(OrtAllocator*, size_t size) {
  if (size == 0) return nullptr;
  try {
    return host_pool().allocate(size);
  } catch (...) {  // an Error, or no memory for one
    failed_allocation = size;
    throw std::bad_alloc();
  }
}

void ORT_API_CALL release(OrtAllocator*, void* pointer) {
  if (pointer != nullptr) host_pool().deallocate_unsized(pointer);
}

const OrtMemoryInfo* ORT_API_CALL info(const OrtAllocator* self) {
  return static_cast<const HostPoolAllocator*>(self)->memory_info;
}

}  // namespace

bool register_host_pool(const OrtApi& api, OrtEnv* env, const OrtMemoryInfo* memory_info) {
  auto* allocator = new HostPoolAllocator();
  allocator->version = ORT_API_VERSION;
  allocator->Alloc = allocate;
  allocator->Free = release;
  allocator->Info = info;
  allocator->Reserve = allocate;
  allocator->memory_info = memory_info;
  OrtStatus* status = api.RegisterAllocator(env, allocator);
  if (status == nullptr) return true;
  api.ReleaseStatus(status);
  delete allocator;
  return false;
}

size_t take_failed_allocation() noexcept {
  const size_t bytes = failed_allocation;
  failed_allocation = 0;
  return bytes;
}

}  // namespace ntrt::cpu
