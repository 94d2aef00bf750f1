#pragma once
// Vector clocks: which operations are ordered before which, whatever the times at which they happened to run.

#include <cstdint>
#include <map>

namespace standin {

/// For each lane (a stream, or a branch of a graph) up to which of its operations everything is ordered before.
class VectorClock {
 public:
  void join(const VectorClock& other) {
    for (const auto& [lane, tick] : other.ticks_) advance(lane, tick);
  }
  void advance(uint32_t lane, uint64_t tick) {
    uint64_t& mine = ticks_[lane];
    if (mine < tick) mine = tick;
  }
  bool covers(uint32_t lane, uint64_t tick) const {
    const auto found = ticks_.find(lane);
    return found != ticks_.end() && found->second >= tick;
  }

 private:
  std::map<uint32_t, uint64_t> ticks_;
};

}  // namespace standin
