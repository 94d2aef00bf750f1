#pragma once
// What happened in a pool, for whoever wants to see where its memory went.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "memory/owner.h"

namespace ntrt {

enum class MemoryAction : uint8_t { kAlloc = 0, kFree, kMap, kUnmap, kPurge, kOom, kTrim };

/// "alloc", "free" …
std::string_view memory_action_name(MemoryAction action) noexcept;

struct MemoryEvent {
  std::chrono::steady_clock::duration time{};  ///< since recording began
  MemoryAction action = MemoryAction::kAlloc;
  uint32_t segment = 0;
  size_t offset = 0;
  size_t bytes = 0;
  MemoryTag tag;
};

/// The last events, as many as it was told to keep. Its memory is taken when it starts. One thread at a time.
class MemoryHistory {
 public:
  /// Forgets what there was; 0 events: records no more. Throws std::bad_alloc.
  void start(size_t max_events);

  bool is_recording() const noexcept { return !events_.empty(); }

  void add(MemoryAction action, uint32_t segment, size_t offset, size_t bytes, const MemoryTag& tag = {}) noexcept {
    if (is_recording()) record(action, segment, offset, bytes, tag);
  }

  /// Oldest first.
  std::vector<MemoryEvent> events() const;

 private:
  void record(MemoryAction action, uint32_t segment, size_t offset, size_t bytes, const MemoryTag& tag) noexcept;

  std::chrono::steady_clock::time_point began_;
  std::vector<MemoryEvent> events_;  // a ring
  size_t count_ = 0;                 // of events so far
};

}  // namespace ntrt
