#include "cuda/device_source.h"

#include <algorithm>

#include "cuda/cuda_error.h"

namespace ntrt::cuda {
namespace {

CUdeviceptr to_address(const void* block) noexcept { return reinterpret_cast<CUdeviceptr>(block); }

}  // namespace

DeviceSource::DeviceSource(ContextPtr context, Pools pools)
    : context_(std::move(context)), kind_("cuda:" + std::to_string(context_->device().index)) {
  if (pools == Pools::kNever || !MemoryPool::is_supported(*context_)) return;
  pool_ = MemoryPool::create(context_);
  service_ = Stream::create(context_);
}

DeviceSource::~DeviceSource() {
  // What was given back last is still under way; the pool must not die before.
  if (service_) context_->driver().stream_synchronize.call(service_.get());
}

void* DeviceSource::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  if (bytes > kMaxBlockBytes) throw_out_of_memory(kind_, bytes);
  const Driver& driver = context_->driver();
  const ContextScope scope(*context_);
  CUdeviceptr address = 0;
  try {
    if (uses_pool()) {
      address = pool_.allocate(bytes, service_);
      service_.synchronize();
    } else {
      call_sized(driver, bytes, driver.mem_alloc, &address, bytes);
    }
  } catch (const Error& error) {
    if (error.code() == Code::kOutOfMemory) throw_out_of_memory(kind_, bytes);
    throw;
  }
  return reinterpret_cast<void*>(address);  // NOLINT(performance-no-int-to-ptr): nobody follows it on the host
}

void DeviceSource::deallocate(void* block, size_t /*bytes*/, size_t /*purged*/) noexcept {
  if (block == nullptr) return;
  if (uses_pool()) {
    pool_.deallocate(to_address(block), service_);
  } else {
    const QuietContextScope scope(*context_);
    context_->driver().mem_free.call(to_address(block));
  }
}

size_t DeviceSource::trim() noexcept {
  if (!uses_pool()) return 0;
  try {
    service_.synchronize();
    const uint64_t before = pool_.stats().reserved_bytes;
    pool_.trim();
    return before - std::min(before, pool_.stats().reserved_bytes);
  } catch (const Error&) {
    return 0;  // the context is lost, and its memory with it
  }
}

}  // namespace ntrt::cuda
