#pragma once
// What an engine counts. Process-wide, for all handles; every thread adds, any thread reads.

#include <array>
#include <atomic>
#include <cstdint>

#include "runtime/stats/batch_sizes.h"
#include "runtime/stats/histogram.h"

namespace ntrt {

enum class Stage : uint8_t { kQueue = 0, kCopyIn, kCompute, kCopyOut, kTotal };
inline constexpr int kNumStages = 5;

/// Why a request was refused at the door. The numbers cross the border.
enum class Refusal : uint8_t { kRequests = 0, kBytes, kDeadline, kSequences };
inline constexpr int kNumRefusals = 4;

struct EngineCounters {
  // accepted = completed + failed + aborted + timed_out + still in flight.
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> completed{0};
  std::atomic<uint64_t> failed{0};
  std::atomic<uint64_t> aborted{0};
  std::atomic<uint64_t> timed_out{0};
  std::atomic<uint64_t> in_place{0};                           ///< accepted ones that ran on the calling thread
  std::array<std::atomic<uint64_t>, kNumRefusals> rejected{};  ///< not accepted
  std::atomic<uint64_t> rows{0};           ///< of completed requests; one of a request that meets nobody
  std::atomic<uint64_t> gathered_rows{0};  ///< rows that were moved once more to come into their batch
  std::array<Histogram, kNumStages> stages;
  BatchSizes batch_sizes;
  std::atomic<uint64_t> last_batch{0};  ///< its number

  uint64_t num_rejected() const noexcept {
    uint64_t sum = 0;
    for (const auto& count : rejected) sum += count.load(std::memory_order_relaxed);
    return sum;
  }

  uint64_t next_batch() noexcept { return last_batch.fetch_add(1, std::memory_order_relaxed) + 1; }

  void record(Stage stage, uint64_t nanoseconds) noexcept { stages[static_cast<size_t>(stage)].record(nanoseconds); }
};

}  // namespace ntrt
