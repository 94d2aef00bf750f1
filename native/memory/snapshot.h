#pragma once
// A pool as it is at one moment, for people and programs to look at.

#include <memory>
#include <string>
#include <vector>

#include "core/numa.h"
#include "memory/history.h"
#include "memory/owner.h"
#include "memory/segment.h"
#include "memory/statistics.h"

namespace ntrt {

struct PoolStats {
  ByteStats allocated;             // what users asked for
  ByteStats active;                // blocks in users' hands, rounding included
  ByteStats inactive_split;        // free parts of segments that users hold other parts of
  ByteStats reserved;              // taken from the system; reserved - active is cached
  uint64_t num_ooms = 0;           // allocations that failed for good
  uint64_t num_retries = 0;        // allocations tried again after the cache was emptied
  uint64_t num_system_allocs = 0;  // segments taken from the system
};

struct BlockSnapshot {
  size_t offset = 0;
  size_t bytes = 0;
  size_t requested = 0;  // 0: free
  MemoryTag tag;
};

struct SegmentSnapshot {
  uint32_t id = 0;
  const void* base = nullptr;
  size_t bytes = 0;
  size_t purged_bytes = 0;
  bool huge_pages = false;
  Room room = Room::kSmall;
  int node = kNoNode;
  std::vector<BlockSnapshot> blocks;  // without gaps, by address
};

struct PoolSnapshot {
  std::vector<SegmentSnapshot> segments;
  std::vector<MemoryEvent> history;
};

}  // namespace ntrt
