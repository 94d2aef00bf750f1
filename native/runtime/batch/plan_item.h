#pragma once
// What the batch planner knows of a request.

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "runtime/clock.h"

namespace ntrt {

enum class Priority : uint8_t { kHigh = 0, kNormal = 1, kLow = 2 };  ///< The numbers cross the border.
inline constexpr size_t kNumPriorities = 3;

struct PlanItem;
struct PlanBucket;
using PlanQueue = std::list<std::shared_ptr<PlanItem>>;

struct PlanItem {
  // Set before it is added.
  bool solo = false;         ///< it meets nobody: it is a batch of its own, as it is
  std::vector<int64_t> key;  ///< two items meet if their keys are equal
  size_t rows = 1;           ///< at least 1; 1 if solo
  Priority priority = Priority::kNormal;
  Clock::time_point submitted;
  Clock::time_point deadline = Clock::time_point::max();
  Clock::duration expected_run{};   ///< of a batch with it; it is given up when it cannot end before its deadline
  Clock::duration expected_cost{};  ///< its share of such a batch: how much later those behind it start

  // The planner's, while it is queued.
  size_t rows_planned = 0;  ///< rows that a plan has taken
  PlanBucket* bucket = nullptr;
  PlanQueue::iterator position;
};

}  // namespace ntrt
