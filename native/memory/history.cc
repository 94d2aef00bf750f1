#include "memory/history.h"

#include <algorithm>
#include <array>

namespace ntrt {

std::string_view memory_action_name(MemoryAction action) noexcept {
  constexpr std::array<std::string_view, 7> kNames = {"alloc", "free", "map", "unmap", "purge", "oom", "trim"};
  return kNames[static_cast<size_t>(action)];
}

void MemoryHistory::start(size_t max_events) {
  std::vector<MemoryEvent> events(max_events);
  events_.swap(events);
  count_ = 0;
  began_ = std::chrono::steady_clock::now();
}

void MemoryHistory::record(MemoryAction action, uint32_t segment, size_t offset, size_t bytes,
                           const MemoryTag& tag) noexcept {
  MemoryEvent& event = events_[count_++ % events_.size()];
  event = {std::chrono::steady_clock::now() - began_, action, segment, offset, bytes, tag};
}

std::vector<MemoryEvent> MemoryHistory::events() const {
  std::vector<MemoryEvent> all;
  const size_t kept = std::min(count_, events_.size());
  all.reserve(kept);
  for (size_t i = count_ - kept; i < count_; ++i) all.push_back(events_[i % events_.size()]);
  return all;
}

}  // namespace ntrt
