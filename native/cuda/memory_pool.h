#pragma once
// Memory of a device that is taken and given back in the order of a stream, without waiting for the device.

#include <cstdint>

#include "cuda/stream.h"

namespace ntrt::cuda {

struct MemoryPoolKind {
  using Handle = CUmemoryPool;
  static void destroy(const Driver& driver, CUmemoryPool pool) noexcept { driver.mem_pool_destroy.call(pool); }
};

/// A pool of the driver's. Keeps what comes back until trim(). Any thread. Blocks must be back before it dies.
class MemoryPool : public Owned<MemoryPoolKind> {
 public:
  MemoryPool() = default;
  /// Whether the device has such pools; some virtual ones have not.
  static bool is_supported(const PrimaryContext& context);
  /// Throws as call(): CUDA_ERROR_NOT_SUPPORTED where is_supported() is false.
  static MemoryPool create(const ContextPtr& context);

  /// An address that work submitted to `stream` from now on may use; of other streams only what is ordered behind it.
  /// Throws Error{kOutOfMemory}.
  CUdeviceptr allocate(size_t bytes, StreamView stream) const;
  /// Back in the order of `stream`: the last use is submitted, and ordered before. Never throws; after a sticky error
  /// the memory is lost with the context.
  void deallocate(CUdeviceptr address, StreamView stream) const noexcept;

  /// Gives what is not in use back to the device, but for `keep_bytes`. What streams have not given back yet stays.
  void trim(uint64_t keep_bytes = 0) const;

  struct Stats {
    uint64_t reserved_bytes;       // of the device
    uint64_t peak_reserved_bytes;  // since the start
    uint64_t used_bytes;           // by blocks
    uint64_t peak_used_bytes;
  };
  Stats stats() const;

 private:
  using Owned::Owned;
};

}  // namespace ntrt::cuda
