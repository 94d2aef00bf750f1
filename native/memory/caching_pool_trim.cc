// Giving memory back, a segment at a time: between two, others get at the pool.

#include <algorithm>
#include <utility>

#include "memory/caching_pool.h"
#include "memory/host_source.h"
#include "memory/sanitizer.h"

namespace ntrt {

size_t CachingPool::trim() noexcept {
  size_t bytes = release_segments(SIZE_MAX);
  try {
    bytes += purge_free_blocks();
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): what could be given back without memory is back
  }
  bytes += source_.trim();
  record(MemoryAction::kTrim, bytes);
  return bytes;
}

size_t CachingPool::release_segments(size_t wanted) noexcept {
  size_t bytes = 0;
  while (bytes < wanted) {
    const std::unique_ptr<Segment> segment = take_out_oldest_free();
    if (!segment) break;
    bytes += segment->held_bytes();
    give_back(*segment);
  }
  return bytes;
}

/// Nothing if there is none.
std::unique_ptr<Segment> CachingPool::take_out_oldest_free() noexcept {
  const std::lock_guard lock(mutex_);
  auto oldest = segments_.end();
  for (auto it = segments_.begin(); it != segments_.end(); ++it) {
    if ((*it)->is_free() && (oldest == segments_.end() || (*it)->last_used < (*oldest)->last_used)) oldest = it;
  }
  if (oldest == segments_.end()) return nullptr;
  std::unique_ptr<Segment> segment = std::move(*oldest);
  segments_.erase(oldest);
  segment->shelf->free.remove(segment->first);
  blocks_.recycle(segment->first);
  segment->first = nullptr;
  segment->shelf->bytes -= segment->committed;
  history_.add(MemoryAction::kUnmap, segment->id, 0, segment->committed);
  return segment;
}

/// To the source, which takes it with all its pages.
void CachingPool::give_back(const Segment& segment) noexcept {
  if (is_host_) unpoison(segment.base, segment.committed);
  source_.deallocate(segment.base, segment.bytes, segment.bytes - segment.held_bytes());
}

/// Whole pages of free blocks in segments that are in use.
size_t CachingPool::purge_free_blocks() {
  size_t bytes = 0;
  std::vector<Block*> held;
  uint32_t id = 0;
  while (hold_free_blocks(id, held)) {
    size_t purged = 0;
    for (const Block* block : held) purged += purge(*block);
    bytes += purged;
    const std::lock_guard lock(mutex_);
    for (Block* block : held) make_free(block);
    if (purged > 0) history_.add(MemoryAction::kPurge, id, 0, purged);
  }
  return bytes;
}

/// Takes free blocks with whole pages out of the bins, so that nobody gets them meanwhile: of the next segment after
/// the one with `id`, which then is that one's. A segment with held blocks stays. False: there is no other segment.
bool CachingPool::hold_free_blocks(uint32_t& id, std::vector<Block*>& held) {
  const std::lock_guard lock(mutex_);
  held.clear();
  const auto next = std::upper_bound(segments_.begin(), segments_.end(), id,
                                     [](uint32_t last, const auto& segment) { return last < segment->id; });
  if (next == segments_.end()) return false;
  Segment& segment = **next;
  const auto has_pages = [&segment](const Block& block) {
    return block.state == Block::State::kFree && block.bytes >= page_bytes() && block.offset < segment.committed;
  };
  size_t count = 0;
  for (Block* block = segment.first; block != nullptr; block = block->after) count += has_pages(*block) ? 1 : 0;
  held.reserve(count);
  blocks_.reserve(1);
  if (segment.purged.empty()) segment.purged.resize(segment.bytes / page_bytes());
  for (Block* block = segment.first; block != nullptr; block = block->after) {
    if (!has_pages(*block)) continue;
    FreeBins& bins = segment.shelf->free;
    bins.remove(block);
    // Addresses that have no memory yet stay for whoever needs some meanwhile.
    if (block->offset + block->bytes > segment.committed) bins.insert(split(block, segment.committed - block->offset));
    block->state = Block::State::kHeld;
    held.push_back(block);
  }
  id = segment.id;
  return true;
}

/// The whole pages of a held block that are not given back yet.
size_t CachingPool::purge(const Block& block) noexcept {
  Segment& segment = *block.segment;
  const size_t page = page_bytes();
  size_t first = (block.offset + page - 1) / page;
  const size_t end = (block.offset + block.bytes) / page;
  size_t bytes = 0;
  for (size_t last = 0; first < end; first = last) {
    {
      const std::lock_guard lock(mutex_);
      while (first < end && segment.purged[first]) ++first;
      last = first;
      while (last < end && !segment.purged[last]) ++last;
    }
    if (last == first) break;
    const size_t purged = source_.purge(segment.base + first * page, (last - first) * page);
    const std::lock_guard lock(mutex_);
    std::fill_n(segment.purged.begin() + static_cast<ptrdiff_t>(first), purged / page, true);
    segment.purged_bytes += purged;
    bytes += purged;
  }
  return bytes;
}

}  // namespace ntrt
