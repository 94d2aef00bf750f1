#pragma once
// Which of the queued requests run next, and together.
//
// Note "batch planner"
// - Items meet in a batch if their keys are equal. Among several keys, the one with the first item by rank is next.
// - Rank is the time of submission, plus kPriorityStep for each level below 'high'. So an item is overtaken by those
//   of the next higher priority that come up to one step after it, and by no later ones: nothing starves.
// - Items of one key and priority start in the order in which they came.
// - A batch takes up to `max_size` rows, or fewer if its caller says so when it starts.
// - An item that fits a batch is never split. A larger one fills batches, and its last rows meet others.
// - A batch may start when it is full, when there are rows for the smallest preferred size, when its oldest item has
// waited `max_delay`, or
//   when one of its items must start to keep its deadline, with an eighth of that time to spare, kWakeUpMargin at
//   least. With `max_delay` 0 it may start at once.
// - An item that would end after its deadline is given up instead of being started.

#include <deque>
#include <functional>
#include <set>
#include <unordered_map>

#include "runtime/batch/plan_item.h"

namespace ntrt {

/// How large batches may get and how long they may wait. In rows.
struct BatchLimits {
  size_t max_size = 32;
  Clock::duration max_delay{};
  std::vector<size_t> preferred_sizes{};  ///< ascending, none above max_size
};

/// Rows [first_row, first_row + num_rows) of an item.
struct Slice {
  std::shared_ptr<PlanItem> item;
  size_t first_row = 0;
  size_t num_rows = 0;
};

/// A batch to run now; reused from one call to the next.
struct BatchPlan {
  std::vector<Slice> slices;                       ///< empty: nothing may start now
  std::vector<std::shared_ptr<PlanItem>> expired;  ///< given up
};

using SizeLimit = std::function<size_t(const PlanItem& first)>;

enum class PlanMode : uint8_t {
  kNormal,
  kGathering,  ///< more is about to come: only full batches, and items that meet nobody, may start
  kDraining    ///< nothing more will come: everything may start
};

/// A pure function of what is in it and of `now`: it has no thread, no lock and no clock. add(), remove() and
/// next_start() take constant time in the number of items (logarithmic in the number of keys among them), plan() a time
/// proportional to what it takes out. Not thread-safe: the scheduler's lock guards it.
class BatchPlanner {
 public:
  static constexpr Clock::duration kPriorityStep = std::chrono::milliseconds(100);
  /// A batch may start that much before one of its items must: a thread that sleeps until then wakes up late.
  static constexpr Clock::duration kWakeUpMargin = std::chrono::milliseconds(2);

  explicit BatchPlanner(BatchLimits limits = {});
  BatchPlanner(const BatchPlanner&) = delete;
  BatchPlanner& operator=(const BatchPlanner&) = delete;
  ~BatchPlanner();

  const BatchLimits& limits() const noexcept { return limits_; }
  /// In force from the next plan on.
  void set_limits(BatchLimits limits) noexcept;
  void set_max_delay(Clock::duration max_delay) noexcept;

  /// Strong: when it throws std::bad_alloc, nothing has changed.
  void add(std::shared_ptr<PlanItem> item);

  /// Takes out what no plan has taken of an item that is queued. No memory is needed.
  void remove(PlanItem& item) noexcept;

  /// Takes the next batch out and puts it into `plan`, which it empties first. When it throws std::bad_alloc, nothing
  /// was taken.
  ///
  /// `size_limit` is asked once, with the first item of a batch that others could join: how many rows it may take, 0
  /// for `max_size`. It does not throw.
  void plan(Clock::time_point now, PlanMode mode, BatchPlan& plan, const SizeLimit& size_limit = {});

  /// When a batch may start, as things are: Clock::time_point::min() for at once, max() for never.
  Clock::time_point next_start(PlanMode mode) const noexcept;

  /// What is queued now waits for nothing more, nor does what joins it.
  void flush() noexcept;
  /// The same for an item that is queued, and for what it meets.
  void flush(PlanItem& item) noexcept;

  /// Takes one item out, or returns null. No memory is needed.
  std::shared_ptr<PlanItem> take_first() noexcept;

  bool empty() const noexcept { return num_items_ == 0; }
  size_t num_items() const noexcept { return num_items_; }
  /// Rows queued under `key`, which may meet.
  size_t rows_waiting(const std::vector<int64_t>& key) const noexcept;
  /// Time that running everything takes which comes before a new item of that priority, one batch after the other.
  Clock::duration backlog(Priority priority) const noexcept;
  /// Submission of the item that has waited longest; max() when there is none.
  Clock::time_point oldest() const noexcept;

 private:
  struct KeyHash {
    size_t operator()(const std::vector<int64_t>& key) const noexcept;
  };
  struct Position {
    Clock::time_point at;
    uint64_t id = 0;  ///< of the bucket: a fixed order among equals
    PlanBucket* bucket = nullptr;
    bool operator<(const Position& other) const noexcept { return at != other.at ? at < other.at : id < other.id; }
  };
  friend struct PlanBucket;
  using Index = std::set<Position>;

  PlanBucket& bucket_of(const PlanItem& item);
  void reindex(PlanBucket& bucket) noexcept;
  void reindex_all() noexcept;
  void unlink(PlanItem& item) noexcept;
  void forget(PlanBucket& bucket) noexcept;
  bool is_full(const PlanBucket& bucket) const noexcept;
  Clock::time_point starts_at(const PlanBucket& bucket) const noexcept;
  PlanBucket* choose(Clock::time_point now, PlanMode mode) noexcept;
  void take(PlanBucket& bucket, Clock::time_point now, BatchPlan& plan, const SizeLimit& size_limit);
  size_t rows_to_take(PlanBucket& bucket, Clock::time_point now, size_t limit) const noexcept;

  BatchLimits limits_;
  std::unordered_map<std::vector<int64_t>, std::unique_ptr<PlanBucket>, KeyHash> buckets_;
  std::unique_ptr<PlanBucket> solo_;
  Index ready_;    ///< buckets that may start, by rank
  Index waiting_;  ///< buckets that may start later, by when
  uint64_t next_id_ = 0;
  size_t num_items_ = 0;
  size_t num_full_ = 0;  ///< buckets that may start even while more is being gathered
  std::array<Clock::duration, kNumPriorities> backlog_{};
};

}  // namespace ntrt
