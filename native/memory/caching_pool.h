#pragma once
// Keeps freed blocks for the next caller. Note [pool policy]:
//  - Sizes are rounded up to classes (size_class.h). A block is never split or joined, so a block that goes
//    back to the source is exactly one that came from it, and the pool never touches a block's memory: it
//    serves device memory too.
//  - Small blocks (up to 1 MiB) are reused by their own class only, last in first out, one lock per class.
//  - Large blocks are reused best fit: the smallest cached one that wastes at most 1/8 of the request.
//  - Nothing is given back on its own. When the source runs out, everything cached goes back to it and the
//    allocation is tried once more.

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "memory/size_class.h"
#include "memory/source.h"
#include "memory/statistics.h"

namespace ntrt {

/// Owns the cached blocks; blocks in use belong to their users. Borrows `source` and gives the cached blocks
/// back to it when it dies, which must be before `source` does. Any thread. Does not limit what it keeps.
class CachingPool final : public MemorySource {
 public:
  static constexpr size_t kMaxSmallBytes = size_t{1} << 20;

  explicit CachingPool(MemorySource& source) : source_(source) {}
  ~CachingPool() override { release_cached(); }

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes) noexcept override;
  size_t trim() noexcept override { return release_cached() + source_.trim(); }

  /// Bytes of the blocks in users' hands, after rounding.
  ByteStats active() const noexcept { return active_.snapshot(); }
  /// Allocations that the source refused and that were tried again after everything cached had gone back.
  uint64_t num_retries() const noexcept { return num_retries_.load(); }
  void reset_peak() noexcept { active_.reset_peak(); }

 private:
  static constexpr size_t kNumClasses = size_class(kMaxSmallBytes) + 1;

  struct alignas(kAlignment) FreeList {
    std::mutex mutex;
    std::vector<void*> blocks;  // guarded by mutex
  };

  struct Block {
    void* data = nullptr;
    size_t bytes = 0;
  };

  Block allocate_small(size_t bytes);
  Block allocate_large(size_t bytes);
  Block take_large(size_t bytes);
  void deallocate_small(void* block, size_t bytes) noexcept;
  void deallocate_large(void* block) noexcept;
  Block take_from_source(size_t bytes);
  size_t release_cached() noexcept;

  MemorySource& source_;
  std::array<FreeList, kNumClasses> small_;

  std::mutex large_mutex_;
  std::set<std::pair<size_t, void*>> large_cached_;  // guarded by large_mutex_; smallest first
  std::unordered_map<void*, size_t> large_active_;   // guarded by large_mutex_; real sizes of blocks in use

  ByteCounter active_;
  std::atomic<uint64_t> num_retries_{0};
};

}  // namespace ntrt
