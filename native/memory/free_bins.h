#pragma once
// Free blocks, by size.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "memory/segment.h"
#include "memory/size_class.h"
#include "memory/source.h"

namespace ntrt {

/// A list of blocks per size class, and a bit per list that is not empty: every call takes the same time, however many
/// blocks there are. Borrows the blocks. One thread at a time.
class FreeBins {
 public:
  void insert(Block* block) noexcept {
    const size_t index = floor_class(block->bytes);
    Block*& first = bins_[index];
    block->bin_before = nullptr;
    block->bin_after = first;
    if (first != nullptr) first->bin_before = block;
    first = block;
    bits_[index / 64] |= uint64_t{1} << (index % 64);
  }

  void remove(Block* block) noexcept {
    const size_t index = floor_class(block->bytes);
    if (block->bin_after != nullptr) block->bin_after->bin_before = block->bin_before;
    if (block->bin_before != nullptr) {
      block->bin_before->bin_after = block->bin_after;
    } else {
      bins_[index] = block->bin_after;
      if (block->bin_after == nullptr) bits_[index / 64] &= ~(uint64_t{1} << (index % 64));
    }
    block->bin_before = block->bin_after = nullptr;
  }

  /// The best fit, as far as looking at kMaxLooks blocks of a class tells: in the class of `bytes` itself the smallest
  /// that is large enough, else the smallest of the next class that has any. nullptr if nothing fits.
  Block* find(size_t bytes) const noexcept {
    const size_t own = floor_class(bytes);
    if (Block* const block = smallest(own, bytes)) return block;
    const size_t larger = next_used(own + 1);
    return larger < kNumBins ? smallest(larger, bytes) : nullptr;
  }

 private:
  static constexpr size_t kMaxLooks = 16;
  static constexpr size_t kNumBins = size_class(kMaxBlockBytes) + 1;

  Block* smallest(size_t index, size_t bytes) const noexcept {
    Block* best = nullptr;
    Block* block = bins_[index];
    for (size_t looks = 0; block != nullptr && looks < kMaxLooks; ++looks, block = block->bin_after) {
      if (block->bytes < bytes || (best != nullptr && block->bytes >= best->bytes)) continue;
      best = block;
      if (block->bytes == bytes) break;
    }
    return best;
  }

  /// The first bin from `index` on that is not empty, or kNumBins.
  size_t next_used(size_t index) const noexcept {
    if (index >= kNumBins) return kNumBins;
    size_t word = index / 64;
    uint64_t bits = bits_[word] & (~uint64_t{0} << (index % 64));
    while (bits == 0) {
      if (++word == bits_.size()) return kNumBins;
      bits = bits_[word];
    }
    return word * 64 + static_cast<size_t>(std::countr_zero(bits));
  }

  std::array<Block*, kNumBins> bins_{};
  std::array<uint64_t, (kNumBins + 63) / 64> bits_{};
};

}  // namespace ntrt
