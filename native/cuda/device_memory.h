#pragma once
// Memory of a device that the driver hands out at once, and takes back at once.

#include "cuda/owned.h"

namespace ntrt::cuda {

struct DeviceMemoryKind {
  using Handle = CUdeviceptr;
  static void destroy(const Driver& driver, CUdeviceptr address) noexcept { driver.mem_free.call(address); }
};

/// An address of the device, not of the host. Whoever ends it has waited for the work that uses it: the driver may
/// wait, and need not.
class DeviceMemory : public Owned<DeviceMemoryKind> {
 public:
  DeviceMemory() = default;
  /// Throws Error{kOutOfMemory}. Slow, and waits for the device on some drivers: for what lives long.
  static DeviceMemory allocate(const ContextPtr& context, size_t bytes);

  size_t bytes() const noexcept { return *this ? bytes_ : 0; }

 private:
  DeviceMemory(ContextPtr context, CUdeviceptr address, size_t bytes) noexcept
      : Owned(std::move(context), address), bytes_(bytes) {}

  size_t bytes_ = 0;
};

}  // namespace ntrt::cuda
