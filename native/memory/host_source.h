#pragma once
// Ordinary memory of the process.

#include "memory/source.h"

namespace ntrt {

/// Takes small blocks from the C++ heap and big ones as pages from the operating system, so that giving a
/// big block back lowers the process's resident size at once. Owns no block, caches nothing, has no state:
/// any thread, any lifetime. Does not zero, lock or pin memory. Pages are bound to the node of
/// the thread's NumaScope.
class HostSource final : public MemorySource {
 public:
  /// From this size on a block is pages of its own.
  static constexpr size_t kPageBlockBytes = size_t{256} << 10;

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes) noexcept override;

  /// Asks the C library to return free heap pages (glibc only). Returns 0: those bytes were counted by
  /// whoever gave the blocks back.
  size_t trim() noexcept override;
};

}  // namespace ntrt
