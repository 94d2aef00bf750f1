#pragma once
// Device memory as a MemorySource, so that limits and statistics wrap it as any other. Its blocks are addresses of the
// device: nobody may read or write them on the host. They are aligned to 256 bytes, not to a page, and are not zero.

#include <string>

#include "cuda/memory_pool.h"
#include "memory/source.h"

namespace ntrt::cuda {

/// From the driver's pool where the device has pools, on a stream of its own (the device's service stream), which is
/// waited for; else each block from the driver. Whoever gives a block back has waited for the work that uses it. Blocks
/// hold nothing: they must be back before the source dies.
class DeviceSource final : public MemorySource {
 public:
  enum class Pools { kIfSupported, kNever };

  explicit DeviceSource(ContextPtr context, Pools pools = Pools::kIfSupported);
  ~DeviceSource() override;

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override;
  size_t trim() noexcept override;

  bool uses_pool() const noexcept { return static_cast<bool>(pool_); }
  const MemoryPool& pool() const noexcept { return pool_; }

 private:
  ContextPtr context_;
  std::string kind_;  // "cuda:0"
  MemoryPool pool_;
  Stream service_;
};

}  // namespace ntrt::cuda
