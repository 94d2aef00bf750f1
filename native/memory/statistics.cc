#include "memory/statistics.h"

#include <algorithm>

namespace ntrt {

// All operations are sequentially consistent: add() writes current_ and reads peak_, reset_peak() writes peak_ and
// reads current_, and at least one of the two must see the other's write, or a peak below current would remain.

void ByteCounter::add(size_t bytes) noexcept {
  allocated_.fetch_add(bytes);
  raise_peak(current_.fetch_add(bytes) + bytes);
}

bool ByteCounter::try_add(size_t bytes, size_t limit) noexcept {
  uint64_t before = current_.load();
  do {
    if (bytes > limit || before > limit - bytes) return false;
  } while (!current_.compare_exchange_weak(before, before + bytes));
  allocated_.fetch_add(bytes);
  raise_peak(before + bytes);
  return true;
}

void ByteCounter::reset_peak() noexcept {
  peak_.store(current_.load());
  raise_peak(current_.load());
}

void ByteCounter::raise_peak(uint64_t candidate) noexcept {
  uint64_t peak = peak_.load();
  while (peak < candidate && !peak_.compare_exchange_weak(peak, candidate)) {
  }
}

ByteStats ByteCounter::snapshot() const noexcept {
  ByteStats stats;
  stats.current = current_.load();
  stats.allocated = std::max(allocated_.load(), stats.current);  // the other of two counts may not be made yet
  stats.peak = std::max(peak_.load(), stats.current);
  stats.freed = stats.allocated - stats.current;
  return stats;
}

void* StatisticsAdaptor::allocate(size_t bytes) {
  void* block = nullptr;
  try {
    block = source_.allocate(bytes);
  } catch (...) {
    num_failures_.fetch_add(1);
    throw;
  }
  if (block != nullptr) {
    bytes_.add(bytes);
    num_allocs_.fetch_add(1);
  }
  return block;
}

void StatisticsAdaptor::deallocate(void* block, size_t bytes, size_t purged) noexcept {
  if (block == nullptr) return;
  // First: once the block is back, another thread may take it, and would be counted on top of us.
  bytes_.subtract(bytes - purged);
  source_.deallocate(block, bytes, purged);
}

size_t StatisticsAdaptor::purge(void* pages, size_t bytes) noexcept {
  const size_t purged = source_.purge(pages, bytes);
  bytes_.subtract(purged);
  return purged;
}

void StatisticsAdaptor::restore(void* pages, size_t bytes) {
  source_.restore(pages, bytes);
  bytes_.add(bytes);
}

}  // namespace ntrt
