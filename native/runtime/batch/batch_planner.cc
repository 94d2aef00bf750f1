#include "runtime/batch/batch_planner.h"

#include <algorithm>

namespace ntrt {
namespace {

/// Buckets that are kept though they are empty, for the keys that come again.
constexpr size_t kMaxKeptBuckets = 64;
/// Items given up in one plan; the next one goes on.
constexpr size_t kMaxExpired = 64;

constexpr auto kNow = Clock::time_point::min();

Clock::time_point rank(const PlanItem& item) noexcept {
  return item.submitted + static_cast<int>(item.priority) * BatchPlanner::kPriorityStep;
}

Clock::time_point latest_start(const PlanItem& item) noexcept {
  if (item.deadline == kNever) return kNever;
  return item.deadline.time_since_epoch() > item.expected_run ? item.deadline - item.expected_run : kNow;
}

/// When to begin with it even if its batch could wait.
Clock::time_point urgent_from(const PlanItem& item) noexcept {
  const Clock::time_point latest = latest_start(item);
  if (latest == kNever || latest <= item.submitted) return latest;
  return std::max(item.submitted, latest - std::max(BatchPlanner::kWakeUpMargin, (latest - item.submitted) / 8));
}

size_t rows_left(const PlanItem& item) noexcept { return item.rows - item.rows_planned; }

/// In this order, because cost times rows may be more than 64 bits hold.
Clock::duration cost_left(const PlanItem& item) noexcept {
  return item.expected_cost -
         item.expected_cost / static_cast<int64_t>(item.rows) * static_cast<int64_t>(item.rows_planned);
}

}  // namespace

/// The items of one key, a queue for each priority.
struct PlanBucket {
  bool solo = false;
  std::vector<int64_t> key;
  std::array<PlanQueue, kNumPriorities> queues;
  size_t num_items = 0;
  size_t rows = 0;                       ///< not yet planned
  Clock::time_point urgent_at = kNever;  ///< the earliest time at which one must begin; may be of one that has gone
  bool due = false;                      ///< its oldest item has waited long enough
  bool flushed = false;                  ///< nothing waits until it is empty
  bool counted_full = false;
  BatchPlanner::Index* index = nullptr;  ///< the one that it is in, or null; then `node` is its entry
  BatchPlanner::Index::iterator entry;
  BatchPlanner::Index::node_type node;

  Clock::time_point oldest() const noexcept {
    auto result = kNever;
    for (const PlanQueue& queue : queues) {
      if (!queue.empty()) result = std::min(result, queue.front()->submitted);
    }
    return result;
  }

  /// Ahead of all others by rank; null if it is empty.
  std::shared_ptr<PlanItem> first() const noexcept {
    const std::shared_ptr<PlanItem>* result = nullptr;
    for (const PlanQueue& queue : queues) {
      if (!queue.empty() && (result == nullptr || rank(*queue.front()) < rank(**result))) result = &queue.front();
    }
    return result == nullptr ? nullptr : *result;
  }
};

namespace {

/// Walks the items of a bucket by rank.
class Cursor {
 public:
  explicit Cursor(PlanBucket& bucket) : bucket_(bucket) {
    for (size_t i = 0; i < kNumPriorities; ++i) at_[i] = bucket.queues[i].begin();
  }

  PlanItem* next() noexcept {
    size_t best = kNumPriorities;
    for (size_t i = 0; i < kNumPriorities; ++i) {
      if (at_[i] == bucket_.queues[i].end()) continue;
      if (best == kNumPriorities || rank(**at_[i]) < rank(**at_[best])) best = i;
    }
    return best == kNumPriorities ? nullptr : (at_[best]++)->get();
  }

 private:
  PlanBucket& bucket_;
  std::array<PlanQueue::iterator, kNumPriorities> at_;
};

}  // namespace

BatchPlanner::BatchPlanner(BatchLimits limits) : limits_(std::move(limits)), solo_(std::make_unique<PlanBucket>()) {
  solo_->solo = true;
  Index one{{kNever, next_id_++, solo_.get()}};
  solo_->node = one.extract(one.begin());
}

BatchPlanner::~BatchPlanner() = default;

size_t BatchPlanner::KeyHash::operator()(const std::vector<int64_t>& key) const noexcept {
  uint64_t hash = 14695981039346656037U;  // FNV-1a
  for (const int64_t value : key) hash = (hash ^ static_cast<uint64_t>(value)) * 1099511628211U;
  return static_cast<size_t>(hash ^ (hash >> 32U));
}

void BatchPlanner::set_limits(BatchLimits limits) noexcept {
  limits_ = std::move(limits);
  reindex_all();
}

void BatchPlanner::set_max_delay(Clock::duration max_delay) noexcept {
  if (limits_.max_delay == max_delay) return;
  limits_.max_delay = max_delay;
  reindex_all();
}

/// After a change of the limits: whose window had ended may have to wait now.
void BatchPlanner::reindex_all() noexcept {
  for (const auto& [key, bucket] : buckets_) {
    bucket->due = false;
    reindex(*bucket);
  }
}

PlanBucket& BatchPlanner::bucket_of(const PlanItem& item) {
  if (item.solo) return *solo_;
  const auto found = buckets_.find(item.key);
  if (found != buckets_.end()) return *found->second;
  auto bucket = std::make_unique<PlanBucket>();
  bucket->key = item.key;
  Index one{{kNever, next_id_++, bucket.get()}};
  bucket->node = one.extract(one.begin());
  return *buckets_.emplace(item.key, std::move(bucket)).first->second;
}

void BatchPlanner::add(std::shared_ptr<PlanItem> item) {
  PlanBucket& bucket = bucket_of(*item);
  PlanItem& i = *item;
  PlanQueue& queue = bucket.queues[static_cast<size_t>(i.priority)];
  // Threads read the clock before they get here: what comes later counts as later.
  if (!queue.empty()) i.submitted = std::max(i.submitted, queue.back()->submitted);
  i.position = queue.insert(queue.end(), std::move(item));
  i.bucket = &bucket;
  i.rows_planned = 0;
  bucket.rows += i.rows;
  ++bucket.num_items;
  ++num_items_;
  bucket.urgent_at = std::min(bucket.urgent_at, urgent_from(i));
  backlog_[static_cast<size_t>(i.priority)] += i.expected_cost;
  reindex(bucket);
}

void BatchPlanner::remove(PlanItem& item) noexcept {
  PlanBucket& bucket = *item.bucket;
  unlink(item);
  bucket.due = false;
  reindex(bucket);
  forget(bucket);
}

/// May be the end of the item.
void BatchPlanner::unlink(PlanItem& item) noexcept {
  PlanBucket& bucket = *item.bucket;
  bucket.rows -= rows_left(item);
  --bucket.num_items;
  --num_items_;
  backlog_[static_cast<size_t>(item.priority)] -= cost_left(item);
  item.bucket = nullptr;
  bucket.queues[static_cast<size_t>(item.priority)].erase(item.position);
}

void BatchPlanner::forget(PlanBucket& bucket) noexcept {
  if (bucket.num_items > 0) return;
  bucket.urgent_at = kNever;
  bucket.flushed = false;
  if (!bucket.solo && buckets_.size() > kMaxKeptBuckets) buckets_.erase(buckets_.find(bucket.key));
}

bool BatchPlanner::is_full(const PlanBucket& bucket) const noexcept {
  return bucket.num_items > 0 && (bucket.solo || bucket.rows >= limits_.max_size);
}

Clock::time_point BatchPlanner::starts_at(const PlanBucket& bucket) const noexcept {
  const bool enough = !limits_.preferred_sizes.empty() && bucket.rows >= limits_.preferred_sizes.front();
  if (bucket.due || bucket.flushed || enough || is_full(bucket) || limits_.max_delay <= Clock::duration::zero())
    return kNow;
  return std::min(bucket.oldest() + limits_.max_delay, bucket.urgent_at);
}

/// Puts the bucket where it belongs, after any change of it. Its entry is moved, so no memory is needed.
void BatchPlanner::reindex(PlanBucket& bucket) noexcept {
  if (bucket.index != nullptr) {
    bucket.node = bucket.index->extract(bucket.entry);
    bucket.index = nullptr;
  }
  if (bucket.counted_full != is_full(bucket)) {
    bucket.counted_full = !bucket.counted_full;
    bucket.counted_full ? ++num_full_ : --num_full_;
  }
  if (bucket.num_items == 0) return;
  const Clock::time_point start = starts_at(bucket);
  bucket.index = start == kNow ? &ready_ : &waiting_;
  bucket.node.value().at = start == kNow ? rank(*bucket.first()) : start;
  bucket.entry = bucket.index->insert(std::move(bucket.node)).position;
}

Clock::time_point BatchPlanner::next_start(PlanMode mode) const noexcept {
  if (mode == PlanMode::kGathering) return num_full_ > 0 ? kNow : kNever;
  if (!ready_.empty()) return kNow;
  if (waiting_.empty()) return kNever;
  return mode == PlanMode::kDraining ? kNow : waiting_.begin()->at;
}

PlanBucket* BatchPlanner::choose(Clock::time_point now, PlanMode mode) noexcept {
  while (!waiting_.empty() && (waiting_.begin()->at <= now || mode == PlanMode::kDraining)) {
    PlanBucket& bucket = *waiting_.begin()->bucket;
    bucket.due = true;
    reindex(bucket);
  }
  const auto may_start = [&](const Position& position) {
    return mode != PlanMode::kGathering || is_full(*position.bucket);
  };
  const auto found = std::find_if(ready_.begin(), ready_.end(), may_start);
  return found == ready_.end() ? nullptr : found->bucket;
}

void BatchPlanner::plan(Clock::time_point now, PlanMode mode, BatchPlan& plan, const SizeLimit& size_limit) {
  plan.slices.clear();
  plan.expired.clear();
  PlanBucket* const bucket = choose(now, mode);
  if (bucket == nullptr) return;
  take(*bucket, now, plan, size_limit);
  bucket->due = false;
  // What is left of a full bucket is looked through for the most urgent item; it is less than a batch.
  if (bucket->rows < limits_.max_size) {
    bucket->urgent_at = kNever;
    for (const PlanQueue& queue : bucket->queues) {
      for (const auto& item : queue) bucket->urgent_at = std::min(bucket->urgent_at, urgent_from(*item));
    }
  }
  reindex(*bucket);
  forget(*bucket);
}

/// How many rows, of items in their order, make the next batch: as many as fit, or the largest preferred size.
size_t BatchPlanner::rows_to_take(PlanBucket& bucket, Clock::time_point now, size_t limit) const noexcept {
  const auto& preferred = limits_.preferred_sizes;
  size_t rows = 0;
  size_t best = 0;
  size_t num_expired = 0;
  Cursor cursor(bucket);
  for (PlanItem* item = cursor.next(); item != nullptr && rows < limit; item = cursor.next()) {
    if (latest_start(*item) < now) {
      if (++num_expired == kMaxExpired) break;
      continue;
    }
    const size_t left = rows_left(*item);
    if (left > limits_.max_size) {  // it is split anyway, so it fills up whatever it is next to
      const bool fills = !preferred.empty() && preferred.back() > rows;
      return fills ? preferred.back() : limit;
    }
    if (rows > 0 && rows + left > limit) break;
    rows += left;
    if (std::binary_search(preferred.begin(), preferred.end(), rows)) best = rows;
  }
  return best > 0 ? best : rows;
}

void BatchPlanner::take(PlanBucket& bucket, Clock::time_point now, BatchPlan& plan, const SizeLimit& size_limit) {
  size_t limit = bucket.solo || !size_limit ? 0 : size_limit(*bucket.first());
  if (limit == 0 || limit > limits_.max_size) limit = limits_.max_size;
  const size_t wanted = bucket.solo ? 1 : rows_to_take(bucket, now, limit);
  plan.slices.reserve(std::min(wanted, bucket.num_items));
  plan.expired.reserve(std::min(kMaxExpired, bucket.num_items));
  // Nothing below throws.
  size_t rows = 0;
  Cursor cursor(bucket);
  for (PlanItem* item = cursor.next(); item != nullptr; item = cursor.next()) {
    if (latest_start(*item) < now) {
      if (plan.expired.size() == kMaxExpired) return;
      plan.expired.push_back(*item->position);
      unlink(*item);
      continue;
    }
    if (rows == wanted) return;
    const size_t left = rows_left(*item);
    const size_t taken = bucket.solo ? left : std::min(left, wanted - rows);
    plan.slices.push_back({*item->position, item->rows_planned, taken});
    rows += bucket.solo ? 1 : taken;
    if (taken == left) {
      unlink(*item);
      item->rows_planned = item->rows;
    } else {
      const Clock::duration before = cost_left(*item);
      item->rows_planned += taken;
      bucket.rows -= taken;
      backlog_[static_cast<size_t>(item->priority)] -= before - cost_left(*item);
    }
  }
}

void BatchPlanner::flush() noexcept {
  for (const Position& position : ready_) position.bucket->flushed = true;  // for what its next batch leaves
  while (!waiting_.empty()) {
    PlanBucket& bucket = *waiting_.begin()->bucket;
    bucket.flushed = true;
    reindex(bucket);
  }
}

void BatchPlanner::flush(PlanItem& item) noexcept {
  item.bucket->flushed = true;
  reindex(*item.bucket);
}

std::shared_ptr<PlanItem> BatchPlanner::take_first() noexcept {
  const Index& index = ready_.empty() ? waiting_ : ready_;
  std::shared_ptr<PlanItem> item = index.empty() ? nullptr : index.begin()->bucket->first();
  if (item) remove(*item);
  return item;
}

size_t BatchPlanner::rows_waiting(const std::vector<int64_t>& key) const noexcept {
  const auto found = buckets_.find(key);
  return found == buckets_.end() ? 0 : found->second->rows;
}

Clock::duration BatchPlanner::backlog(Priority priority) const noexcept {
  Clock::duration sum{};
  for (size_t i = 0; i <= static_cast<size_t>(priority); ++i) sum += backlog_[i];
  return sum;
}

Clock::time_point BatchPlanner::oldest() const noexcept {
  auto result = kNever;
  for (const Index* index : {&ready_, &waiting_}) {
    for (const Position& position : *index) result = std::min(result, position.bucket->oldest());
  }
  return result;
}

}  // namespace ntrt
