#pragma once
// Finds the block of an address: exact, so that a block that is freed twice or is not ours is told apart.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/segment.h"

namespace ntrt {

/// A hash table with open addressing, of blocks in use. erase() frees nothing. One thread at a time.
class BlockTable {
 public:
  /// Makes room for one more; throws std::bad_alloc.
  void reserve_one() {
    if (slots_.empty()) slots_.resize(kFirstSlots);
    if ((size_ + 1) * 2 <= slots_.size()) return;
    std::vector<Block*> old(slots_.size() * 2);
    old.swap(slots_);
    for (Block* block : old) {
      if (block != nullptr) place(block);
    }
  }

  /// After reserve_one().
  void insert(Block* block) noexcept {
    place(block);
    ++size_;
  }

  Block* find(const void* data) const noexcept {
    if (slots_.empty()) return nullptr;
    size_t at = slot_of(data);
    while (slots_[at] != nullptr && slots_[at]->data() != data) at = next(at);
    return slots_[at];
  }

  /// Takes out the block at `data`; nullptr if there is none.
  Block* erase(const void* data) noexcept {
    if (slots_.empty()) return nullptr;
    size_t hole = slot_of(data);
    while (slots_[hole] != nullptr && slots_[hole]->data() != data) hole = next(hole);
    Block* const found = slots_[hole];
    if (found == nullptr) return nullptr;
    // Whoever stands behind may have wanted to stand here, and would not be found across the hole.
    for (size_t at = next(hole); slots_[at] != nullptr; at = next(at)) {
      const size_t wanted = slot_of(slots_[at]->data());
      if (((at - wanted) & (slots_.size() - 1)) >= ((at - hole) & (slots_.size() - 1))) {
        slots_[hole] = slots_[at];
        hole = at;
      }
    }
    slots_[hole] = nullptr;
    --size_;
    return found;
  }

  size_t size() const noexcept { return size_; }

 private:
  static constexpr size_t kFirstSlots = 64;

  size_t slot_of(const void* data) const noexcept {
    const uint64_t address = reinterpret_cast<uintptr_t>(data) / 64;                          // all are aligned to 64
    return static_cast<size_t>((address * 0x9e3779b97f4a7c15U) >> 32) & (slots_.size() - 1);  // Fibonacci hashing
  }
  size_t next(size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

  void place(Block* block) noexcept {
    size_t at = slot_of(block->data());
    while (slots_[at] != nullptr) at = next(at);
    slots_[at] = block;
  }

  std::vector<Block*> slots_;  // a power of two, at most half full
  size_t size_ = 0;
};

}  // namespace ntrt
