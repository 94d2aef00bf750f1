#include "memory/caching_pool.h"

#include <cassert>

#include "core/error.h"

namespace ntrt {

void* CachingPool::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  check_block_size(bytes);
  const Block block = bytes <= kMaxSmallBytes ? allocate_small(bytes) : allocate_large(bytes);
  active_.add(block.bytes);
  return block.data;
}

void CachingPool::deallocate(void* block, size_t bytes) noexcept {
  if (block == nullptr) return;
  if (bytes <= kMaxSmallBytes) {
    deallocate_small(block, bytes);
  } else {
    deallocate_large(block);
  }
}

CachingPool::Block CachingPool::allocate_small(size_t bytes) {
  const size_t index = size_class(bytes);
  FreeList& list = small_[index];
  {
    const std::lock_guard lock(list.mutex);
    if (!list.blocks.empty()) {
      void* data = list.blocks.back();
      list.blocks.pop_back();
      return {data, class_bytes(index)};
    }
  }
  return take_from_source(class_bytes(index));
}

// In both deallocate functions the counter goes down first: once the block is in the cache another thread may
// take it, and would be counted on top of us. A cache that cannot grow gives the block back to the source.

void CachingPool::deallocate_small(void* block, size_t bytes) noexcept {
  const size_t index = size_class(bytes);
  active_.subtract(class_bytes(index));
  FreeList& list = small_[index];
  try {
    const std::lock_guard lock(list.mutex);
    list.blocks.push_back(block);
  } catch (const std::bad_alloc&) {
    source_.deallocate(block, class_bytes(index));
  }
}

CachingPool::Block CachingPool::allocate_large(size_t bytes) {
  if (const Block cached = take_large(bytes); cached.data != nullptr) return cached;
  const Block fresh = take_from_source(round_to_class(bytes));
  try {
    const std::lock_guard lock(large_mutex_);
    large_active_.emplace(fresh.data, fresh.bytes);
  } catch (const std::bad_alloc&) {
    source_.deallocate(fresh.data, fresh.bytes);
    throw;
  }
  return fresh;
}

CachingPool::Block CachingPool::take_large(size_t bytes) {
  const std::lock_guard lock(large_mutex_);
  const auto best = large_cached_.lower_bound({bytes, nullptr});
  if (best == large_cached_.end() || best->first - bytes > bytes / 8) return {};
  const Block block{best->second, best->first};
  large_active_.emplace(block.data, block.bytes);  // may throw: the block is still in the cache then
  large_cached_.erase(best);
  return block;
}

void CachingPool::deallocate_large(void* block) noexcept {
  size_t block_bytes = 0;
  try {
    const std::lock_guard lock(large_mutex_);
    const auto entry = large_active_.find(block);
    assert(entry != large_active_.end());
    if (entry == large_active_.end()) return;
    block_bytes = entry->second;
    large_active_.erase(entry);
    active_.subtract(block_bytes);
    large_cached_.emplace(block_bytes, block);
  } catch (const std::bad_alloc&) {
    source_.deallocate(block, block_bytes);
  }
}

CachingPool::Block CachingPool::take_from_source(size_t bytes) {
  try {
    return {source_.allocate(bytes), bytes};
  } catch (const Error& error) {
    if (error.code() != Code::kOutOfMemory) throw;
  }
  num_retries_.fetch_add(1);
  trim();
  return {source_.allocate(bytes), bytes};
}

size_t CachingPool::release_cached() noexcept {
  size_t released = 0;
  for (size_t index = 0; index < kNumClasses; ++index) {
    std::vector<void*> blocks;
    {
      const std::lock_guard lock(small_[index].mutex);
      blocks.swap(small_[index].blocks);
    }
    for (void* block : blocks) source_.deallocate(block, class_bytes(index));
    released += blocks.size() * class_bytes(index);
  }
  decltype(large_cached_) large;
  {
    const std::lock_guard lock(large_mutex_);
    large.swap(large_cached_);
  }
  for (const auto& [bytes, block] : large) {
    source_.deallocate(block, bytes);
    released += bytes;
  }
  return released;
}

}  // namespace ntrt
