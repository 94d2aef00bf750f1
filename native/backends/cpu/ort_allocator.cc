#include "backends/cpu/ort_allocator.h"

#include "memory/pools.h"

namespace ntrt::cpu {
namespace {

thread_local std::optional<Error> failed_allocation;

/// Lives as long as the process: the environment keeps a pointer to it.
struct HostPoolAllocator : OrtAllocator {
  const OrtMemoryInfo* memory_info = nullptr;
  BadAllocThrower throw_bad_alloc = nullptr;
};

[[gnu::noinline]] void* try_allocate(size_t size) noexcept {
  try {
    return host_pool().allocate(size);
  } catch (...) {
    failed_allocation.emplace(Error::current());
    return nullptr;
  }
}

/// ONNX Runtime asks for weights so: they stay as long as the session does.
[[gnu::noinline]] void* try_reserve(size_t size) noexcept {
  const MemoryScope scope(MemoryScope::current_owner(), MemoryUse::kWeights);
  return try_allocate(size);
}

// Rule: never return null. ONNX Runtime 1.30 writes through a null pointer during Run, while it turns
// std::bad_alloc into a clean status and stays usable.
// Rule: this function has no handlers and nothing to clean up, which is why the others are not inlined: it is unwound
// by the C++ runtime of ONNX Runtime, which may not be ours and could not call our handlers.
template <void* (*kTry)(size_t) noexcept>
void* ORT_API_CALL allocate(OrtAllocator* self, size_t size) {
  if (size == 0) return nullptr;
  void* pointer = kTry(size);
  if (pointer == nullptr) static_cast<HostPoolAllocator*>(self)->throw_bad_alloc();
  return pointer;
}

void ORT_API_CALL release(OrtAllocator*, void* pointer) {
  if (pointer != nullptr) host_pool().deallocate_unsized(pointer);
}

const OrtMemoryInfo* ORT_API_CALL info(const OrtAllocator* self) {
  return static_cast<const HostPoolAllocator*>(self)->memory_info;
}

}  // namespace

bool register_host_pool(const OrtApi& api, OrtEnv* env, const OrtMemoryInfo* memory_info,
                        BadAllocThrower throw_bad_alloc) {
  if (throw_bad_alloc == nullptr) return false;
  auto* allocator = new HostPoolAllocator();
  allocator->version = ORT_API_VERSION;
  allocator->Alloc = allocate<try_allocate>;
  allocator->Free = release;
  allocator->Info = info;
  allocator->Reserve = allocate<try_reserve>;
  allocator->memory_info = memory_info;
  allocator->throw_bad_alloc = throw_bad_alloc;
  OrtStatus* status = api.RegisterAllocator(env, allocator);
  if (status == nullptr) return true;
  api.ReleaseStatus(status);
  delete allocator;
  return false;
}

std::optional<Error> take_failed_allocation() noexcept {
  std::optional<Error> error = failed_allocation;
  failed_allocation.reset();
  return error;
}

}  // namespace ntrt::cpu
