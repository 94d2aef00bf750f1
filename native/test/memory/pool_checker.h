#pragma once
// A caching pool beside a slow model of it: every operation is done to both, and everything that the pool promises is
// looked at afterwards. For the property test and for the fuzzer.

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/numa.h"
#include "memory/caching_pool.h"
#include "memory/host_source.h"

namespace ntrt::testing {

/// What is checked: the pool itself, or one with a mistake around it.
class PoolUnderTest {
 public:
  explicit PoolUnderTest(MemorySource& source) : pool_(source) {}
  virtual ~PoolUnderTest() = default;
  virtual void* allocate(size_t bytes, MemoryTag tag) { return pool_.allocate(bytes, std::move(tag)); }
  virtual std::optional<CachingPool::Freed> deallocate(void* data) { return pool_.deallocate(data); }
  virtual size_t trim() { return pool_.trim(); }
  virtual PoolSnapshot snapshot() const { return pool_.snapshot(); }
  virtual PoolStats stats() const { return pool_.stats(); }

 protected:
  CachingPool pool_;
};

/// Counts and limits what the pool takes; refuses when it is told to.
class CountingSource final : public MemorySource {
 public:
  void* allocate(size_t bytes) override {
    if (refusals > 0 && refusals-- > 0) throw_out_of_memory("test", bytes);
    void* block = host_.allocate(bytes);
    live[static_cast<std::byte*>(block)] = bytes;
    reserved += bytes;
    ++num_allocs;
    return block;
  }
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override {
    is_confused = is_confused || live.erase(static_cast<std::byte*>(block)) != 1;
    reserved -= bytes - purged;
    host_.deallocate(block, bytes, purged);
  }
  void* reserve(size_t bytes) noexcept override {
    if (!can_reserve) return nullptr;
    void* addresses = host_.reserve(bytes);
    live[static_cast<std::byte*>(addresses)] = bytes;
    return addresses;
  }
  size_t purge(void* pages, size_t bytes) noexcept override {
    reserved -= bytes;
    return host_.purge(pages, bytes);
  }
  void restore(void* pages, size_t bytes) override {
    if (refusals > 0 && refusals-- > 0) {
      ++num_not_restored;
      throw_out_of_memory("test", bytes);
    }
    reserved += bytes;
    host_.restore(pages, bytes);
  }
  size_t trim() noexcept override { return 0; }

  std::map<std::byte*, size_t> live;
  size_t reserved = 0;
  size_t num_allocs = 0;
  size_t refusals = 0;
  size_t num_not_restored = 0;
  bool can_reserve = false;
  bool is_confused = false;

 private:
  HostSource host_;
};

class PoolChecker {
 public:
  PoolChecker(PoolUnderTest& pool, CountingSource& source) : pool_(pool), source_(source) {}

  /// One operation of two numbers; returns what is wrong, "" for nothing.
  std::string step(unsigned action, uint64_t value) {
    action %= 16;
    if (action < 8) {
      allocate(value);
    } else if (action < 14) {
      free_one(value);
    } else if (action == 14) {
      trim();
    } else if (value % 4 == 0) {
      source_.refusals = value / 4 % 3;
    } else {
      misuse();
    }
    if (wrong_.empty()) look();
    return wrong_;
  }

  std::string finish() {
    source_.refusals = 0;
    while (!blocks_.empty() && wrong_.empty()) free_one(0);
    if (wrong_.empty()) look();
    pool_.trim();
    if (wrong_.empty() && source_.reserved != 0)
      fail("after everything was freed and trimmed, the pool holds ", source_.reserved);
    return wrong_;
  }

 private:
  struct Held {
    size_t bytes;
    MemoryUse use;
    unsigned char pattern;
    int node;
  };

  template <typename... Parts>
  void fail(const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    wrong_ = text.str();
  }

  static size_t size_from(uint64_t value) {
    const uint64_t number = value >> 4;
    switch (value % 16) {
      case 0:
        return CachingPool::kLargeBytes + number % (size_t{3} << 20);
      case 1:
        return CachingPool::kLargeBytes - 200 + number % 400;
      case 2:
      case 3:
        return 1 + number % CachingPool::kLargeBytes;
      default:
        return 1 + number % 5000;
    }
  }

  /// The smallest free block that would do, but for the last one of an arena: that goes on beyond what is shown of it.
  size_t best_fit(const PoolSnapshot& snapshot, Room room, int node, size_t bytes) const {
    size_t best = 0;
    for (const SegmentSnapshot& segment : snapshot.segments) {
      if (segment.room != room || segment.node != node) continue;
      const bool is_arena = source_.live.at(static_cast<std::byte*>(const_cast<void*>(segment.base))) > segment.bytes;
      for (const BlockSnapshot& block : segment.blocks) {
        if (is_arena && block.offset + block.bytes == segment.bytes) continue;
        if (block.requested == 0 && block.bytes >= bytes && (best == 0 || block.bytes < best)) best = block.bytes;
      }
    }
    return best;
  }

  static size_t free_block_at(const PoolSnapshot& snapshot, const std::byte* data) {
    for (const SegmentSnapshot& segment : snapshot.segments) {
      for (const BlockSnapshot& block : segment.blocks) {
        if (static_cast<const std::byte*>(segment.base) + block.offset == data)
          return block.requested == 0 ? block.bytes : 0;
      }
    }
    return 0;
  }

  void allocate(uint64_t value) {
    const size_t bytes = size_from(value);
    const auto use = static_cast<MemoryUse>(value / 7 % kNumMemoryUses);
    const size_t unit = bytes < CachingPool::kLargeBytes - kAlignment + 1 ? kAlignment : page_bytes();
    const size_t rounded = (bytes + unit - 1) / unit * unit;
    const bool small = rounded < CachingPool::kLargeBytes;
    const Room room = use == MemoryUse::kWeights ? (small ? Room::kSmallWeights : Room::kLargeWeights)
                                                 : (small ? Room::kSmall : Room::kLarge);
    // Two nodes of which this machine need not know: only the pool's books are looked at.
    const int node = std::max(kNoNode, static_cast<int>(value / 11 % 6) - 4);
    const NumaScope on_node(node);
    const PoolSnapshot before = pool_.snapshot();
    const size_t fit = best_fit(before, room, node, rounded);
    const size_t allocs = source_.num_allocs;
    const size_t not_restored = source_.num_not_restored;
    std::byte* data = nullptr;
    try {
      data = static_cast<std::byte*>(pool_.allocate(bytes, {nullptr, use}));
    } catch (const Error& error) {
      if (error.code() != Code::kOutOfMemory) fail("another error: ", error.message());
      if (fit != 0 && source_.num_not_restored == not_restored)
        fail("refused ", bytes, " bytes while ", fit, " were free");
      return;
    }
    if (reinterpret_cast<uintptr_t>(data) % unit != 0) fail(bytes, " bytes are not aligned to ", unit);
    const auto next = blocks_.upper_bound(data);
    if (next != blocks_.end() && data + bytes > next->first) fail("a block reaches into the next one");
    if (next != blocks_.begin() && std::prev(next)->first + std::prev(next)->second.bytes > data) {
      fail("a block begins in another one");
    }
    const auto segment = source_.live.upper_bound(data);
    if (segment == source_.live.begin() || std::prev(segment)->first + std::prev(segment)->second < data + bytes) {
      fail("a block outside of all segments");
    }
    const bool is_retry = source_.num_not_restored != not_restored;  // what was free may have gone back meanwhile
    if (fit != 0 && !is_retry && source_.num_allocs != allocs)
      fail("asked the system while ", fit, " bytes were free for ", rounded);
    const size_t taken = fit == 0 ? 0 : free_block_at(before, data);
    if (fit != 0 && !is_retry && (taken == 0 || floor_class(taken) != floor_class(fit))) {
      fail("took ", taken, " where ", fit, " fits best for ", rounded);
    }
    if (!wrong_.empty()) return;
    const auto pattern = static_cast<unsigned char>(value * 31 + 1);
    const Held held{bytes, use, pattern, node};
    fill(data, held);
    blocks_[data] = held;
    allocated_ += bytes;
    total_ += bytes;
  }

  static void fill(std::byte* data, const Held& held) {
    const size_t edge = std::min<size_t>(held.bytes, 100);
    std::memset(data, held.pattern, edge);
    std::memset(data + held.bytes - edge, held.pattern, edge);
  }

  static bool is_intact(const std::byte* data, const Held& held) {
    const auto is_pattern = [&](std::byte c) { return c == std::byte{held.pattern}; };
    const size_t edge = std::min<size_t>(held.bytes, 100);
    return std::all_of(data, data + edge, is_pattern) &&
           std::all_of(data + held.bytes - edge, data + held.bytes, is_pattern);
  }

  void free_one(uint64_t value) {
    if (blocks_.empty()) return;
    auto victim = blocks_.begin();
    std::advance(victim, value % blocks_.size());
    const auto [data, held] = *victim;
    if (!is_intact(data, held)) return fail("somebody wrote into a block of ", held.bytes, " bytes");
    blocks_.erase(victim);
    allocated_ -= held.bytes;
    const auto freed = pool_.deallocate(data);
    if (!freed || freed->bytes != held.bytes || freed->tag.use != held.use)
      fail("freed another block than was asked for");
    last_freed_ = data;
  }

  void trim() {
    const size_t before = source_.reserved;
    const size_t bytes = pool_.trim();
    if (before - source_.reserved != bytes) fail("trim() says ", bytes, " and gave back ", before - source_.reserved);
    for (const SegmentSnapshot& segment : pool_.snapshot().segments) {
      size_t pages = 0;
      for (const BlockSnapshot& block : segment.blocks) {
        if (block.requested != 0) continue;
        const size_t first = (block.offset + page_bytes() - 1) / page_bytes();
        const size_t end = (block.offset + block.bytes) / page_bytes();
        if (end > first) pages += (end - first) * page_bytes();
      }
      if (segment.blocks.size() == 1 && segment.blocks[0].requested == 0) fail("a free segment stays after trim()");
      if (segment.purged_bytes < pages) fail("free pages stay after trim(): ", segment.purged_bytes, " of ", pages);
    }
  }

  /// What is no block of the pool is left alone.
  void misuse() {
    std::vector<void*> strangers = {this, nullptr};
    if (last_freed_ != nullptr && !blocks_.contains(last_freed_)) strangers.push_back(last_freed_);
    if (!blocks_.empty()) strangers.push_back(blocks_.begin()->first + 64);
    for (void* stranger : strangers) {
      if (blocks_.contains(static_cast<std::byte*>(stranger))) continue;
      if (pool_.deallocate(stranger)) fail("freed what is no block in use");
    }
  }

  /// Everything that must be so at any time.
  void look() {
    const PoolSnapshot snapshot = pool_.snapshot();
    const PoolStats stats = pool_.stats();
    size_t active = 0;
    size_t split = 0;
    size_t num_active = 0;
    size_t purged = 0;
    size_t mapped = 0;
    for (const SegmentSnapshot& segment : snapshot.segments) {
      const auto* base = static_cast<const std::byte*>(segment.base);
      size_t offset = 0;
      size_t free = 0;
      bool was_free = false;
      for (const BlockSnapshot& block : segment.blocks) {
        if (block.offset != offset) return fail("a gap in a segment at ", offset);
        offset += block.bytes;
        const bool is_free = block.requested == 0;
        if (is_free && was_free) return fail("two free neighbours at ", block.offset);
        was_free = is_free;
        free += is_free ? block.bytes : 0;
        if (is_free) continue;
        ++num_active;
        active += block.bytes;
        const auto held = blocks_.find(const_cast<std::byte*>(base) + block.offset);
        if (held == blocks_.end() || held->second.bytes != block.requested || held->second.use != block.tag.use) {
          return fail("a block in use that nobody has, of ", block.requested, " bytes");
        }
        if (held->second.node != segment.node) return fail("a block of node ", held->second.node, " on ", segment.node);
      }
      if (offset != segment.bytes) return fail("the blocks of a segment are not all of it");
      if (segment.purged_bytes > segment.bytes) return fail("more given back than there is");
      if (free < segment.bytes) split += free;
      purged += segment.purged_bytes;
      mapped += segment.bytes;
      const auto live = source_.live.find(const_cast<std::byte*>(base));
      if (live == source_.live.end() || live->second < segment.bytes)
        return fail("a segment that the source does not know");
    }
    if (num_active != blocks_.size()) return fail(blocks_.size(), " blocks are in use, the pool has ", num_active);
    if (stats.allocated.current != allocated_)
      return fail("allocated: ", stats.allocated.current, ", not ", allocated_);
    if (stats.allocated.allocated != total_)
      return fail("allocated in all: ", stats.allocated.allocated, ", not ", total_);
    if (stats.active.current != active) return fail("active: ", stats.active.current, ", not ", active);
    if (stats.inactive_split.current != split) return fail("split: ", stats.inactive_split.current, ", not ", split);
    if (source_.reserved != mapped - purged) return fail("reserved: ", source_.reserved, ", not ", mapped - purged);
    if (source_.live.size() != snapshot.segments.size()) return fail("a segment has been lost");
    if (source_.is_confused) return fail("a segment was given back twice");
  }

  PoolUnderTest& pool_;
  CountingSource& source_;
  std::map<std::byte*, Held> blocks_;
  std::byte* last_freed_ = nullptr;
  size_t allocated_ = 0;
  size_t total_ = 0;
  std::string wrong_;
};

}  // namespace ntrt::testing
