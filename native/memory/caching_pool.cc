// Allocating and freeing; what gives memory back is in caching_pool_trim.cc.

#include "memory/caching_pool.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "core/error.h"
#include "core/numa.h"
#include "memory/host_source.h"
#include "memory/sanitizer.h"

namespace ntrt {
namespace {

constexpr size_t round_up(size_t bytes, size_t unit) noexcept { return (bytes + unit - 1) / unit * unit; }

bool is_for_large(Room room) noexcept { return room == Room::kLarge || room == Room::kLargeWeights; }

/// What is left of a block beyond `bytes` of it is a block of its own if it could serve somebody.
bool is_worth_splitting(const Block& block, size_t bytes) noexcept {
  return block.bytes - bytes >= (is_for_large(block.segment->shelf->room) ? page_bytes() : kAlignment);
}

}  // namespace

void CachingPool::Gauge::add(size_t count) noexcept {
  bytes.current += count;
  bytes.allocated += count;
  bytes.peak = std::max(bytes.peak, bytes.current);
}

void CachingPool::Gauge::subtract(size_t count) noexcept {
  bytes.current -= count;
  bytes.freed += count;
}

CachingPool::~CachingPool() {
  assert(active_.bytes.current == 0);
  for (const auto& segment : segments_) give_back(*segment);
}

size_t CachingPool::round(size_t bytes) noexcept {
  return round_up(bytes, bytes < kLargeBytes ? kAlignment : page_bytes());
}

Room CachingPool::room_of(size_t bytes, MemoryUse use) noexcept {
  if (use == MemoryUse::kWeights) return bytes < kLargeBytes ? Room::kSmallWeights : Room::kLargeWeights;
  return bytes < kLargeBytes ? Room::kSmall : Room::kLarge;
}

void* CachingPool::allocate(size_t requested, MemoryTag tag) {
  if (requested == 0) return nullptr;
  check_block_size(requested);
  const size_t bytes = round(requested);
  Shelf& shelf = shelf_of(bytes, tag.use);
  try {
    if (void* const data = take(bytes, requested, shelf, tag)) return data;
    if (void* const data = add_arena(bytes, shelf) ? take(bytes, requested, shelf, tag) : nullptr) return data;
    return take_from_new_segment(bytes, requested, shelf, tag);
  } catch (const Error& error) {
    if (error.code() != Code::kOutOfMemory) throw;
  }
  trim();
  {
    const std::lock_guard lock(mutex_);
    ++num_retries_;
  }
  if (void* const data = take(bytes, requested, shelf, tag)) return data;
  return take_from_new_segment(bytes, requested, shelf, tag);
}

/// For a block of this thread.
Shelf& CachingPool::shelf_of(size_t bytes, MemoryUse use) {
  const Room room = room_of(bytes, use);
  const int node = is_host_ ? numa_scope_node() : kNoNode;
  const std::lock_guard lock(mutex_);
  return shelves_.at(room, node);
}

/// From what is there; nullptr if nothing fits.
void* CachingPool::take(size_t bytes, size_t requested, Shelf& shelf, MemoryTag& tag) {
  const std::lock_guard lock(mutex_);
  blocks_.reserve(1);
  table_.reserve_one();
  Block* const block = shelf.free.find(bytes);
  if (block == nullptr) return nullptr;
  back(*block->segment, block->offset, bytes);
  shelf.free.remove(block);
  return hand_out(block, bytes, requested, tag);
}

/// Addresses for what comes and goes; false if there are none to be had, or the block would take too much of them.
bool CachingPool::add_arena(size_t bytes, Shelf& shelf) {
  if constexpr (sizeof(void*) < 8) return false;
  const Room room = shelf.room;
  const size_t arena_bytes = room == Room::kSmall ? kSmallArenaBytes : kLargeArenaBytes;
  if ((room != Room::kSmall && room != Room::kLarge) || bytes > arena_bytes / 4) return false;
  auto segment = std::make_unique<Segment>();
  segment->shelf = &shelf;
  segment->bytes = arena_bytes;
  {
    const std::lock_guard lock(mutex_);
    if (huge_pages_) return false;
    blocks_.reserve(1);
    segments_.reserve(segments_.size() + 1);
  }
  segment->base = static_cast<std::byte*>(source_.reserve(arena_bytes));
  if (segment->base == nullptr) return false;
  try {
    const std::lock_guard lock(mutex_);
    blocks_.reserve(1);  // others may have come since
    segments_.reserve(segments_.size() + 1);
    Segment& added = add(std::move(segment));
    shelf.free.insert(added.first);
  } catch (...) {
    give_back(*segment);
    throw;
  }
  return true;
}

/// After blocks_ and segments_ have room for one more.
Segment& CachingPool::add(std::unique_ptr<Segment> segment) noexcept {
  segment->id = ++num_segments_;
  segment->first = blocks_.make();
  segment->first->segment = segment.get();
  segment->first->bytes = segment->bytes;
  segment->shelf->bytes += segment->committed;
  if (segment->committed > 0) history_.add(MemoryAction::kMap, segment->id, 0, segment->committed);
  segments_.push_back(std::move(segment));
  return *segments_.back();
}

size_t CachingPool::spare_bytes(size_t bytes, const Shelf& shelf) const noexcept {
  // How large weights are is known; none will grow into the room beside them.
  const size_t spare = shelf.room == Room::kLargeWeights ? 0 : std::min(shelf.bytes / kSpareParts, kMaxSpareBytes);
  return round_up(std::max({bytes, spare, kMinSegmentBytes}), page_bytes());
}

void* CachingPool::take_from_new_segment(size_t bytes, size_t requested, Shelf& shelf, MemoryTag& tag) {
  auto segment = std::make_unique<Segment>();
  segment->shelf = &shelf;
  {
    const std::lock_guard lock(mutex_);
    segment->bytes = spare_bytes(bytes, shelf);
  }
  try {
    segment->base = static_cast<std::byte*>(source_.allocate(segment->bytes));
  } catch (const Error& error) {
    if (error.code() != Code::kOutOfMemory || segment->bytes == round_up(bytes, page_bytes())) throw;
    segment->bytes = round_up(bytes, page_bytes());
    segment->base = static_cast<std::byte*>(source_.allocate(segment->bytes));
  }
  segment->committed = segment->bytes;
  if (is_host_) poison(segment->base, segment->bytes);
  try {
    const std::lock_guard lock(mutex_);
    blocks_.reserve(2);
    table_.reserve_one();
    segments_.reserve(segments_.size() + 1);
    segment->huge_pages = huge_pages_ && segment->bytes >= HostSource::kHugePageBytes;
    return hand_out(add(std::move(segment)).first, bytes, requested, tag);
  } catch (...) {
    give_back(*segment);
    throw;
  }
}

/// The first `bytes` of a block that is in no bin; what remains goes into one.
void* CachingPool::hand_out(Block* block, size_t bytes, size_t requested, MemoryTag& tag) noexcept {
  Segment& segment = *block->segment;
  if (is_worth_splitting(*block, bytes)) segment.shelf->free.insert(split(block, bytes));
  block->state = Block::State::kActive;
  block->requested = requested;
  block->tag = std::move(tag);
  segment.last_used = ++num_allocs_;
  set_active_bytes(segment, segment.active_bytes + block->bytes);
  active_.add(block->bytes);
  allocated_.add(requested);
  history_.add(MemoryAction::kAlloc, segment.id, block->offset, block->bytes, block->tag);
  table_.insert(block);
  if (is_host_) unpoison(block->data(), requested);
  return block->data();
}

/// Leaves `bytes` to the block; returns the rest, which is in no bin. After blocks_ has one to spare.
Block* CachingPool::split(Block* block, size_t bytes) noexcept {
  Block* const rest = blocks_.make();
  rest->segment = block->segment;
  rest->offset = block->offset + bytes;
  rest->bytes = block->bytes - bytes;
  rest->before = block;
  rest->after = block->after;
  if (rest->after != nullptr) rest->after->before = rest;
  block->after = rest;
  block->bytes = bytes;
  return rest;
}

/// Gives addresses memory that have none, or none any more. Throws as the source does; then nothing has changed.
void CachingPool::back(Segment& segment, size_t offset, size_t bytes) {
  if (offset + bytes > segment.committed) commit(segment, offset + bytes);
  if (segment.purged_bytes > 0) restore(segment, offset, bytes);
}

void CachingPool::commit(Segment& segment, size_t bytes) {
  size_t wanted = std::min(round_up(bytes, kCommitBytes), segment.bytes) - segment.committed;
  std::byte* const start = segment.base + segment.committed;
  try {
    source_.restore(start, wanted);
  } catch (const Error& error) {
    const size_t needed = round_up(bytes, page_bytes()) - segment.committed;
    if (error.code() != Code::kOutOfMemory || wanted == needed) throw;
    wanted = needed;
    source_.restore(start, wanted);
  }
  if (is_host_) poison(start, wanted);
  if (segment.active_bytes > 0) inactive_split_.add(wanted);
  segment.committed += wanted;
  segment.shelf->bytes += wanted;
  history_.add(MemoryAction::kMap, segment.id, segment.committed - wanted, wanted);
}

/// Pages that were given back are usable again.
void CachingPool::restore(Segment& segment, size_t offset, size_t bytes) {
  const size_t page = page_bytes();
  const size_t end = std::min((offset + bytes + page - 1) / page, segment.purged.size());
  for (size_t first = offset / page; first < end; ++first) {
    if (!segment.purged[first]) continue;
    size_t last = first;
    while (last < end && segment.purged[last]) ++last;
    source_.restore(segment.base + first * page, (last - first) * page);
    std::fill(segment.purged.begin() + static_cast<ptrdiff_t>(first),
              segment.purged.begin() + static_cast<ptrdiff_t>(last), false);
    segment.purged_bytes -= (last - first) * page;
    first = last;
  }
}

std::optional<CachingPool::Freed> CachingPool::deallocate(void* data) noexcept {
  if (data == nullptr) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Block* const block = table_.erase(data);
  if (block == nullptr) return std::nullopt;
  Segment& segment = *block->segment;
  Freed freed{block->requested, std::move(block->tag)};
  block->tag = {};
  block->requested = 0;
  set_active_bytes(segment, segment.active_bytes - block->bytes);
  active_.subtract(block->bytes);
  allocated_.subtract(freed.bytes);
  history_.add(MemoryAction::kFree, segment.id, block->offset, block->bytes, freed.tag);
  if (is_host_) poison(data, block->bytes);
  make_free(block);
  return freed;
}

/// A block that is in no bin joins its free neighbours and goes into one.
void CachingPool::make_free(Block* block) noexcept {
  FreeBins& bins = block->segment->shelf->free;
  const auto is_free = [](const Block* other) { return other != nullptr && other->state == Block::State::kFree; };
  block->state = Block::State::kFree;
  if (is_free(block->after)) {
    bins.remove(block->after);
    absorb_next(block);
  }
  if (is_free(block->before)) {
    block = block->before;
    bins.remove(block);
    absorb_next(block);
  }
  bins.insert(block);
}

void CachingPool::absorb_next(Block* block) noexcept {
  Block* const next = block->after;
  block->bytes += next->bytes;
  block->after = next->after;
  if (block->after != nullptr) block->after->before = block;
  blocks_.recycle(next);
}

/// Of a segment in use, all that is not in use counts as split off.
void CachingPool::set_active_bytes(Segment& segment, size_t bytes) noexcept {
  if (segment.active_bytes > 0) inactive_split_.subtract(segment.committed - segment.active_bytes);
  segment.active_bytes = bytes;
  if (segment.active_bytes > 0) inactive_split_.add(segment.committed - segment.active_bytes);
}

size_t CachingPool::size_of(const void* data) const noexcept {
  const std::lock_guard lock(mutex_);
  const Block* const block = table_.find(data);
  return block != nullptr ? block->requested : 0;
}

PoolStats CachingPool::stats() const noexcept {
  const std::lock_guard lock(mutex_);
  PoolStats stats;
  stats.allocated = allocated_.bytes;
  stats.active = active_.bytes;
  stats.inactive_split = inactive_split_.bytes;
  stats.num_retries = num_retries_;
  return stats;
}

void CachingPool::reset_peak() noexcept {
  const std::lock_guard lock(mutex_);
  for (Gauge* const gauge : {&allocated_, &active_, &inactive_split_}) gauge->reset_peak();
}

uint64_t CachingPool::num_allocs() const noexcept {
  const std::lock_guard lock(mutex_);
  return num_allocs_;
}

PoolSnapshot CachingPool::snapshot() const {
  const std::lock_guard lock(mutex_);
  PoolSnapshot snapshot;
  snapshot.history = history_.events();
  for (const auto& segment : segments_) {
    SegmentSnapshot& copy = snapshot.segments.emplace_back();
    copy.id = segment->id;
    copy.base = segment->base;
    copy.bytes = segment->committed;  // addresses without memory are nothing to see
    copy.purged_bytes = segment->purged_bytes;
    copy.huge_pages = segment->huge_pages;
    copy.room = segment->shelf->room;
    copy.node = segment->shelf->node;
    for (const Block* block = segment->first; block != nullptr && block->offset < segment->committed;
         block = block->after) {
      const size_t bytes = std::min(block->bytes, segment->committed - block->offset);
      copy.blocks.push_back({block->offset, bytes, block->requested, block->tag});
    }
  }
  return snapshot;
}

void CachingPool::record_history(size_t max_events) {
  const std::lock_guard lock(mutex_);
  history_.start(max_events);
}

void CachingPool::record(MemoryAction action, size_t bytes, const MemoryTag& tag) noexcept {
  const std::lock_guard lock(mutex_);
  history_.add(action, 0, 0, bytes, tag);
}

void CachingPool::note_huge_pages(bool use) noexcept {
  const std::lock_guard lock(mutex_);
  huge_pages_ = use;
}

bool CachingPool::notes_huge_pages() const noexcept {
  const std::lock_guard lock(mutex_);
  return huge_pages_;
}

}  // namespace ntrt
