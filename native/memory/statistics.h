#pragma once
// Counters of memory in PyTorch's words (torch.cuda.memory_stats): current, peak, allocated, freed.

#include <atomic>
#include <cstdint>

#include "memory/source.h"

namespace ntrt {

struct ByteStats {
  uint64_t current = 0;
  uint64_t peak = 0;       // highest `current` since the start or the last reset_peak()
  uint64_t allocated = 0;  // sum over the whole life
  uint64_t freed = 0;      // sum over the whole life
};

/// A gauge of bytes. Exact when several threads add and subtract at once: `peak` is the highest value that
/// `current` really had. Lock-free, any thread.
class ByteCounter {
 public:
  void add(size_t bytes) noexcept;
  /// False, and nothing is counted, if `current` would be more than `limit`.
  bool try_add(size_t bytes, size_t limit) noexcept;
  void subtract(size_t bytes) noexcept { current_.fetch_sub(bytes); }
  void reset_peak() noexcept;

  /// Consistent in itself while others count: peak >= current, allocated - freed == current.
  ByteStats snapshot() const noexcept;

 private:
  void raise_peak(uint64_t candidate) noexcept;

  // `freed` is not counted but derived, which saves a third of the cost of a pair of calls.
  std::atomic<uint64_t> allocated_{0};
  std::atomic<uint64_t> current_{0};
  std::atomic<uint64_t> peak_{0};
};

/// Counts the blocks that pass through it. Borrows `source`, owns no memory; any thread; dies before `source`.
/// Does not limit anything.
class StatisticsAdaptor final : public MemorySource {
 public:
  explicit StatisticsAdaptor(MemorySource& source) : source_(source) {}

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override;
  size_t trim() noexcept override { return source_.trim(); }
  void* reserve(size_t bytes) noexcept override { return source_.reserve(bytes); }
  size_t purge(void* pages, size_t bytes) noexcept override;
  void restore(void* pages, size_t bytes) override;

  ByteStats bytes() const noexcept { return bytes_.snapshot(); }
  uint64_t num_allocs() const noexcept { return num_allocs_.load(); }
  uint64_t num_failures() const noexcept { return num_failures_.load(); }
  void reset_peak() noexcept { bytes_.reset_peak(); }

 private:
  MemorySource& source_;
  ByteCounter bytes_;
  std::atomic<uint64_t> num_allocs_{0};
  std::atomic<uint64_t> num_failures_{0};
};

}  // namespace ntrt
