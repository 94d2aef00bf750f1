#pragma once
// Blocks of the process's pool that nobody has given back. LeakSanitizer knows malloc's blocks only.

#include <string>

#include "memory/pools.h"

namespace ntrt::testing {

/// "" if there are none.
inline std::string pool_leaks() {
  std::string text;
  for (const SegmentSnapshot& segment : host_pool().snapshot().segments) {
    for (const BlockSnapshot& block : segment.blocks) {
      if (block.requested == 0) continue;
      text += "pool leak: " + std::to_string(block.requested) + " bytes for " +
              std::string(memory_use_name(block.tag.use)) + " of '" + block.tag.owner->name() + "'\n";
    }
  }
  return text;
}

}  // namespace ntrt::testing
