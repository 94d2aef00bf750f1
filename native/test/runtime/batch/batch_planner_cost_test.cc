// What an operation costs does not grow with the queue. Counted without a clock: the items in the middle of a long
// queue lie in memory that cannot be read while the planner works at its ends.

#include <gtest/gtest.h>

#include <new>

#include "test/support/test_planner.h"

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::kStart;

/// Items one behind the other in pages of their own.
class ItemsInPages {
 public:
  ItemsInPages(size_t count, Clock::time_point deadline) : bytes_(pages_for(count) * page_size()) {
    void* const memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    items_ = static_cast<PlanItem*>(memory);
    for (; count_ < count; ++count_) {
      auto* const item = new (items_ + count_) PlanItem;
      item->key = {1};
      item->submitted = kStart;
      item->deadline = deadline;
    }
  }
  ItemsInPages(const ItemsInPages&) = delete;
  ItemsInPages& operator=(const ItemsInPages&) = delete;
  ~ItemsInPages() {
    for (size_t i = 0; i < count_; ++i) items_[i].~PlanItem();
    munmap(items_, bytes_);
  }

  PlanItem& operator[](size_t i) { return items_[i]; }
  /// Owned by this object.
  std::shared_ptr<PlanItem> share(size_t i) { return {std::shared_ptr<void>(), items_ + i}; }

  /// Those from `first` up to `last`, and a few more or less, for pages are whole.
  void set_readable(size_t first, size_t last, bool readable) {
    const size_t from = (first * sizeof(PlanItem) + page_size() - 1) / page_size() * page_size();
    const size_t to = last * sizeof(PlanItem) / page_size() * page_size();
    ASSERT_LT(from, to);
    const int access = readable ? PROT_READ | PROT_WRITE : PROT_NONE;
    ASSERT_EQ(mprotect(reinterpret_cast<std::byte*>(items_) + from, to - from, access), 0);
  }

 private:
  static size_t page_size() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
  static size_t pages_for(size_t count) { return count * sizeof(PlanItem) / page_size() + 1; }

  size_t bytes_;
  size_t count_ = 0;
  PlanItem* items_ = nullptr;
};

constexpr size_t kItems = 100000;
constexpr size_t kEnd = 2000;  // at either end may be looked at

/// A long queue of one key, of which only the ends can be read.
class LongQueue {
 public:
  explicit LongQueue(BatchLimits limits, Clock::time_point deadline = Clock::time_point::max())
      : items_(kItems, deadline), planner_(std::move(limits)) {
    for (size_t i = 0; i + kEnd / 2 < kItems; ++i) planner_.add(items_.share(i));
    items_.set_readable(kEnd, kItems - kEnd, false);
  }
  ~LongQueue() { items_.set_readable(kEnd, kItems - kEnd, true); }

  /// Everything that an engine does, at both ends.
  void use() {
    BatchPlan plan;
    size_t first = 0;
    for (size_t next = kItems - kEnd / 2; next < kItems; ++next) {
      planner_.add(items_.share(next));
      if (next % 3 == 0) planner_.remove(items_[next - 1]);
      if (next % 40 != 0) continue;
      for (const PlanMode mode : {PlanMode::kNormal, PlanMode::kGathering, PlanMode::kDraining}) {
        EXPECT_EQ(planner_.next_start(mode), Clock::time_point::min());
      }
      planner_.set_max_delay(1ms * static_cast<int64_t>(next % 7));
      planner_.plan(kStart + 1ms, PlanMode::kNormal, plan);
      for (const Slice& slice : plan.slices) EXPECT_EQ(slice.item.get(), &items_[first++]);
      EXPECT_EQ(plan.slices.size(), planner_.limits().max_size);
      EXPECT_EQ(planner_.take_first().get(), &items_[first++]);
      EXPECT_EQ(planner_.oldest(), kStart);
      EXPECT_GT(planner_.rows_waiting({1}), 0U);
      EXPECT_EQ(planner_.backlog(Priority::kLow), Clock::duration::zero());
    }
    EXPECT_GT(first, 500U);
  }

  /// When all of them are late.
  void give_up(size_t num_plans) {
    BatchPlan plan;
    size_t first = 0;
    for (size_t i = 0; i < num_plans; ++i) {
      planner_.plan(kStart + 1ms, PlanMode::kNormal, plan);
      EXPECT_EQ(plan.slices.size(), 0U);
      EXPECT_GT(plan.expired.size(), 0U);
      for (const auto& item : plan.expired) EXPECT_EQ(item.get(), &items_[first++]);
    }
  }

  void remove_one_of_the_middle() { planner_.remove(items_[kItems / 2]); }

 private:
  ItemsInPages items_;
  BatchPlanner planner_;
};

TEST(BatchPlannerCost, TheMiddleOfALongQueueIsNotLookedAt) { LongQueue({.max_size = 32, .max_delay = 10ms}).use(); }

TEST(BatchPlannerCost, NorWithPreferredSizes) {
  LongQueue({.max_size = 32, .max_delay = 10ms, .preferred_sizes = {8, 32}}).use();
}

TEST(BatchPlannerCost, NorWhenAllOfThemAreLate) { LongQueue({.max_size = 32}, kStart).give_up(10); }

// The seeded mistake: an operation that looks at an item in the middle ends the process.
TEST(BatchPlannerCostDeathTest, LookingAtTheMiddleIsNoticed) {
  EXPECT_DEATH(LongQueue({.max_size = 32}).remove_one_of_the_middle(), "");
}

}  // namespace
}  // namespace ntrt
#endif
