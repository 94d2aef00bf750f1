#pragma once
// What a caching pool is made of: segments, each one block of the source below, cut into blocks without gaps.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "memory/owner.h"

namespace ntrt {

/// Blocks of one room share segments. What stays (weights) stands apart from what comes and goes, which it would
/// pin, and small apart from large.
enum class Room : uint8_t { kSmall = 0, kLarge, kSmallWeights, kLargeWeights };
inline constexpr size_t kNumRooms = 4;

struct Segment;
struct Shelf;

/// A part of a segment, in the hands of a user or free. No two neighbours are both free.
struct Block {
  enum class State : uint8_t {
    kFree,
    kActive,
    kHeld,  ///< by the pool, while it gives the pages of a free block back
  };

  Segment* segment = nullptr;
  Block* before = nullptr;  ///< its neighbours, by address
  Block* after = nullptr;
  Block* bin_before = nullptr;  ///< the others of its bin, while it is free
  Block* bin_after = nullptr;
  size_t offset = 0;
  size_t bytes = 0;
  size_t requested = 0;  ///< what its user asked for
  MemoryTag tag;         ///< of its user
  State state = State::kFree;

  inline std::byte* data() const noexcept;
};

struct Segment {
  std::byte* base = nullptr;
  size_t bytes = 0;
  uint32_t id = 0;
  Shelf* shelf = nullptr;  ///< of its free blocks
  bool huge_pages = false;
  Block* first = nullptr;
  size_t committed = 0;  ///< from its start on, so much has memory, or had some and was purged; the rest only addresses
  size_t active_bytes = 0;  ///< of its blocks in users' hands
  uint64_t last_used = 0;   ///< the pool's count of allocations then
  size_t purged_bytes = 0;
  std::vector<bool> purged;  ///< per page, from the first purge on

  /// Of the system's memory.
  size_t held_bytes() const noexcept { return committed - purged_bytes; }

  /// All of it is one free block.
  bool is_free() const noexcept { return first->after == nullptr && first->state == Block::State::kFree; }
};

inline std::byte* Block::data() const noexcept { return segment->base + offset; }

/// Makes blocks and takes them back; frees none before it dies. One thread at a time.
class BlockStore {
 public:
  /// Afterwards make() does not throw `count` times.
  void reserve(size_t count) {
    while (spare_.size() < count) {
      spare_.reserve(blocks_.size() + 1);  // so that recycle() has room for all there are
      spare_.push_back(&blocks_.emplace_back());
    }
  }

  Block* make() noexcept {
    Block* block = spare_.back();
    spare_.pop_back();
    return block;
  }

  void recycle(Block* block) noexcept {
    *block = {};
    spare_.push_back(block);
  }

 private:
  std::deque<Block> blocks_;  // which never moves them
  std::vector<Block*> spare_;
};

}  // namespace ntrt
