#pragma once
// Cuts blocks out of segments, and keeps what is freed for the next caller. Note [pool policy]:
//  - Sizes are multiples of 64 bytes; from kLargeBytes on they are whole pages, and stand on pages.
//  - A free block serves by best fit (free_bins.h) and is split if what remains is of use. A block that is freed is
//    joined with its free neighbours.
//  - Weights have segments of their own, and so has what is small: what stays does not pin what comes and goes.
//  - Memory is kept by NUMA node (that of the caller's NumaScope) and serves no other one.
//  - What comes and goes stands in one arena per room: addresses for much more than is needed, which get memory from
//    the front as they are used. All free memory in it can be joined, whatever the sizes.
//  - Where there are no arenas (weights, huge pages, a source that cannot reserve addresses) a new segment has a
//    sixteenth of what its room holds to spare, kMinSegmentBytes at least and kMaxSpareBytes at most.
//  - When the source runs out, everything cached goes back to it and the allocation is tried once more. trim() does the
//    same; whole pages of free blocks beside used ones are given back, too, while the segment keeps its addresses.
//  - The pool never touches a block's memory: it serves device memory too.

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "memory/block_table.h"
#include "memory/history.h"
#include "memory/segment.h"
#include "memory/shelf.h"
#include "memory/snapshot.h"
#include "memory/source.h"

namespace ntrt {

/// Owns its segments; blocks in use belong to their users, and must be back before it dies. Borrows `source`, which it
/// gives everything back to. Any thread: one lock, which is not held while the source is asked for anything.
class CachingPool {
 public:
  static constexpr size_t kLargeBytes = size_t{256} << 10;
  static constexpr size_t kMinSegmentBytes = size_t{1} << 20;
  static constexpr size_t kMaxSpareBytes = size_t{32} << 20;
  static constexpr size_t kSmallArenaBytes = size_t{256} << 20;
  static constexpr size_t kLargeArenaBytes = size_t{4} << 30;
  /// An arena gets memory in steps of this.
  static constexpr size_t kCommitBytes = size_t{256} << 10;

  /// `is_host`: the processor can reach the memory, so AddressSanitizer is told who may.
  explicit CachingPool(MemorySource& source, bool is_host = true) : source_(source), is_host_(is_host) {}
  CachingPool(const CachingPool&) = delete;
  CachingPool& operator=(const CachingPool&) = delete;
  ~CachingPool();

  /// A block of at least `bytes`, aligned to 64, contents undefined; nullptr for 0 bytes. Throws as the source does.
  void* allocate(size_t bytes, MemoryTag tag = {});

  struct Freed {
    size_t bytes = 0;  ///< what was asked for
    MemoryTag tag;
  };
  /// What the block was; nothing for what is no block of this pool in use, which is left alone then. Takes no memory.
  std::optional<Freed> deallocate(void* data) noexcept;

  /// What was asked for; 0 for what is no block of this pool in use.
  size_t size_of(const void* data) const noexcept;

  /// Gives what is cached back to the source, in steps that hold no lock; returns the bytes. Milliseconds per gigabyte.
  size_t trim() noexcept;

  /// Gives back free segments, those first that were not used for longest, until `wanted` bytes are back or none is
  /// left; returns the bytes.
  size_t release_segments(size_t wanted) noexcept;

  /// All but what the source counts: reserved, num_system_allocs.
  PoolStats stats() const noexcept;
  void reset_peak() noexcept;
  uint64_t num_allocs() const noexcept;

  PoolSnapshot snapshot() const;
  /// See MemoryHistory::start().
  void record_history(size_t max_events);
  void record(MemoryAction action, size_t bytes, const MemoryTag& tag = {}) noexcept;

  /// Whether segments that come from now on stand on huge pages: a fact for snapshots.
  void note_huge_pages(bool use) noexcept;
  bool notes_huge_pages() const noexcept;

 private:
  static constexpr size_t kSpareParts = 16;

  /// Plain, since they are guarded by mutex_.
  struct Gauge {
    ByteStats bytes;
    void add(size_t count) noexcept;
    void subtract(size_t count) noexcept;
    void reset_peak() noexcept { bytes.peak = bytes.current; }
  };

  static size_t round(size_t bytes) noexcept;
  static Room room_of(size_t bytes, MemoryUse use) noexcept;

  Shelf& shelf_of(size_t bytes, MemoryUse use);
  void* take(size_t bytes, size_t requested, Shelf& shelf, MemoryTag& tag);
  bool add_arena(size_t bytes, Shelf& shelf);
  Segment& add(std::unique_ptr<Segment> segment) noexcept;
  void* take_from_new_segment(size_t bytes, size_t requested, Shelf& shelf, MemoryTag& tag);
  size_t spare_bytes(size_t bytes, const Shelf& shelf) const noexcept;
  void* hand_out(Block* block, size_t bytes, size_t requested, MemoryTag& tag) noexcept;
  void back(Segment& segment, size_t offset, size_t bytes);
  void commit(Segment& segment, size_t bytes);
  void restore(Segment& segment, size_t offset, size_t bytes);
  Block* split(Block* block, size_t bytes) noexcept;
  void make_free(Block* block) noexcept;
  void absorb_next(Block* block) noexcept;
  void set_active_bytes(Segment& segment, size_t bytes) noexcept;
  std::unique_ptr<Segment> take_out_oldest_free() noexcept;
  size_t purge_free_blocks();
  bool hold_free_blocks(uint32_t& id, std::vector<Block*>& held);
  size_t purge(const Block& block) noexcept;
  void give_back(const Segment& segment) noexcept;

  MemorySource& source_;
  const bool is_host_;
  mutable std::mutex mutex_;

  // All below is guarded by mutex_.
  std::vector<std::unique_ptr<Segment>> segments_;  // by id
  Shelves shelves_;
  BlockTable table_;
  BlockStore blocks_;
  MemoryHistory history_;
  Gauge allocated_;
  Gauge active_;
  Gauge inactive_split_;
  uint64_t num_allocs_ = 0;
  uint64_t num_retries_ = 0;
  uint32_t num_segments_ = 0;
  bool huge_pages_ = false;
};

}  // namespace ntrt
