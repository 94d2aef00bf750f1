#pragma once
// Where the bytes of one tensor are during a run.

#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"

namespace ntrt::tensorrt {

/// A block of pinned memory and one of the device's, which grow and never shrink. TensorRT wants an address also for
/// tensors without elements. Whoever ends it, or lets it grow, has waited for the work that uses it.
class TensorMemory {
 public:
  /// Room for so many bytes in both; pinned only where `on_host`. Throws Error{kOutOfMemory}.
  void reserve(const cuda::ContextPtr& context, size_t bytes, bool on_host) {
    grow(pinned_, context, bytes);
    if (!on_host) grow(device_, context, bytes);
  }

  void* pinned() const noexcept { return pinned_.get(); }
  CUdeviceptr device() const noexcept { return device_.get(); }

  /// What TensorRT is told.
  void* address(bool on_host) const noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it on the host
    return on_host ? pinned_.get() : reinterpret_cast<void*>(device_.get());
  }

 private:
  template <typename Block>
  static void grow(Block& block, const cuda::ContextPtr& context, size_t bytes) {
    constexpr size_t kUnit = 256;
    if (block && block.bytes() >= bytes) return;
    block = {};
    block = Block::allocate(context, bytes < kUnit ? kUnit : bytes);
  }

  cuda::PinnedMemory pinned_;
  cuda::DeviceMemory device_;
};

}  // namespace ntrt::tensorrt
