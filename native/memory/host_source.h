#pragma once
// Ordinary memory of the process, in pages.

#include <atomic>

#include "memory/source.h"

namespace ntrt {

/// Bytes of a page of the system: 4 KiB nearly everywhere, 16 KiB on Apple silicon.
size_t page_bytes() noexcept;

/// Takes pages from the operating system, so that giving a block back lowers the process's resident size at once. Owns
/// no block and caches nothing: any thread, any lifetime. Pages are zero when they come. Does not lock or pin memory.
/// Of a thread in a NumaScope they are on its node; else the thread that touches a page first decides.
class HostSource final : public MemorySource {
 public:
  /// Of pages that the processor translates as one.
  static constexpr size_t kHugePageBytes = size_t{2} << 20;
  /// So much at a time goes back to the system, which stops other threads that map or unmap meanwhile.
  static constexpr size_t kChunkBytes = size_t{8} << 20;

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override;
  void* reserve(size_t bytes) noexcept override;
  size_t purge(void* pages, size_t bytes) noexcept override;
  void restore(void* pages, size_t bytes) override;

  /// Asks the C library to return free pages of its heap (glibc only). Returns 0: they are in no pool's count.
  size_t trim() noexcept override;

  /// Blocks of at least kHugePageBytes that are taken from now on stand on huge pages where the system has some to
  /// give (Linux; without effect elsewhere).
  void use_huge_pages(bool use) noexcept override { huge_pages_ = use; }

 private:
  std::atomic<bool> huge_pages_{false};
};

}  // namespace ntrt
