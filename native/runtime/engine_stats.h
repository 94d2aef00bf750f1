#pragma once
// What an engine counts. Process-wide, for all handles; every thread adds, any thread reads.

#include <array>
#include <atomic>
#include <cstdint>

#include "runtime/histogram.h"

namespace ntrt {

enum class Stage : uint8_t { kQueue = 0, kCopyIn, kCompute, kCopyOut, kTotal };
inline constexpr int kNumStages = 5;

struct EngineCounters {
  // accepted = completed + failed + aborted + timed_out + still in flight.
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> completed{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> rejected{0};  ///< refused at the door: queue full
  std::atomic<uint64_t> aborted{0};
  std::atomic<uint64_t> timed_out{0};
  std::atomic<uint64_t> in_place{0};  ///< accepted ones that ran on the calling thread
  std::array<Histogram, kNumStages> stages;

  void record(Stage stage, uint64_t nanoseconds) noexcept { stages[static_cast<size_t>(stage)].record(nanoseconds); }
};

}  // namespace ntrt
