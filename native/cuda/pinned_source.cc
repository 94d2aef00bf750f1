#include "cuda/pinned_source.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

void* PinnedSource::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  if (bytes > kMaxBlockBytes) throw_out_of_memory("pinned", bytes);
  const Driver& driver = context_->driver();
  const ContextScope scope(*context_);
  void* block = nullptr;
  const CUresult result = driver.mem_host_alloc.call(&block, bytes, CU_MEMHOSTALLOC_PORTABLE);
  if (result == CUDA_ERROR_OUT_OF_MEMORY) throw_out_of_memory("pinned", bytes);
  if (result != CUDA_SUCCESS) throw make_error(driver, result, driver.mem_host_alloc.name, bytes);
  return block;
}

void PinnedSource::deallocate(void* block, size_t /*bytes*/, size_t /*purged*/) noexcept {
  if (block == nullptr) return;
  const QuietContextScope scope(*context_);
  context_->driver().mem_free_host.call(block);
}

}  // namespace ntrt::cuda
