// Which sequence a step belongs to, and when one is forgotten.

#include "runtime/sequence/sequence_table.h"

#include <gtest/gtest.h>

#include "test/support/sequence_model.h"

namespace ntrt {
namespace {

using Start = SequenceStart;

class SequenceTableTest : public ::testing::Test {
 protected:
  static SequenceStep step(const std::string& id, Start start = Start::kIfNone, bool end = false) {
    return {id, start, end};
  }
  /// A step from its admission to its end.
  bool run(const std::string& id, bool end = false, Start start = Start::kIfNone) {
    Sequence& sequence = table_.open(step(id, start, end));
    return table_.close(sequence, end, true, now_);
  }
  void expect_stats(size_t active, uint64_t started, uint64_t ended, uint64_t expired) {
    const SequenceStats stats = table_.stats();
    EXPECT_EQ(stats.active, active);
    EXPECT_EQ(stats.started, started);
    EXPECT_EQ(stats.ended, ended);
    EXPECT_EQ(stats.expired, expired);
  }

  SequenceOptions options_ = testing::sequence_options(2);
  SequenceTable table_{options_};
  Clock::time_point now_ = Clock::time_point() + std::chrono::hours(1);
};

TEST_F(SequenceTableTest, BeginsWithZerosOrTheFirstValueThatWasGiven) {
  const Sequence& zeros = table_.open(step("a"));
  ASSERT_EQ(zeros.states.size(), 1U);
  EXPECT_EQ(zeros.states[0].size(), 16U);
  EXPECT_EQ(static_cast<const int64_t*>(zeros.states[0].data())[1], 0);
  options_.states[0].initial.assign(16, std::byte{1});
  const Sequence& ones = table_.open(step("b"));
  EXPECT_EQ(static_cast<const int64_t*>(ones.states[0].data())[1], 0x0101010101010101);
}

TEST_F(SequenceTableTest, StepsOfOneIdBelongToOneSequence) {
  Sequence& first = table_.open(step("a"));
  EXPECT_EQ(&table_.open(step("a")), &first);
  EXPECT_NE(&table_.open(step("b")), &first);
  EXPECT_EQ(first.num_steps, 2U);
  EXPECT_TRUE(table_.close(first, false, true, now_));
  EXPECT_TRUE(table_.close(first, false, true, now_));
  EXPECT_EQ(&table_.open(step("a", Start::kMustExist)), &first);
  expect_stats(2, 2, 0, 0);
}

TEST_F(SequenceTableTest, AStepThatMustNotBeginFindsOnlyWhatIsThere) {
  EXPECT_EQ(table_.find(step("a", Start::kMustExist)), nullptr);
  run("a");
  EXPECT_NE(table_.find(step("a", Start::kMustExist)), nullptr);
  EXPECT_EQ(table_.find(step("a", Start::kAnew)), nullptr);
}

TEST_F(SequenceTableTest, TheLastStepEndsTheSequenceWhenItHasRun) {
  Sequence& sequence = table_.open(step("a", Start::kIfNone, true));
  EXPECT_EQ(table_.find(step("a", Start::kMustExist)), nullptr) << "none can follow it";
  EXPECT_FALSE(table_.close(sequence, true, true, now_));
  expect_stats(0, 1, 1, 0);
}

TEST_F(SequenceTableTest, ALastStepThatNeverRanLeavesTheSequenceOpen) {
  run("a");
  Sequence& sequence = table_.open(step("a", Start::kIfNone, true));
  EXPECT_TRUE(table_.close(sequence, true, false, now_));
  EXPECT_EQ(table_.find(step("a")), &sequence);
  expect_stats(1, 1, 0, 0);
}

TEST_F(SequenceTableTest, AStepAfterTheLastBeginsAnotherWhileThatStillRuns) {
  Sequence& old = table_.open(step("a", Start::kIfNone, true));
  Sequence& fresh = table_.open(step("a"));
  EXPECT_NE(&fresh, &old);
  expect_stats(2, 2, 0, 0);
  EXPECT_FALSE(table_.close(old, true, true, now_));
  EXPECT_EQ(table_.find(step("a")), &fresh) << "the id is the new one's";
  EXPECT_TRUE(table_.close(fresh, false, true, now_));
  expect_stats(1, 2, 1, 0);
}

TEST_F(SequenceTableTest, AReplacedSequenceLivesUntilItsStepsAreDone) {
  run("a");
  run("a", false, Start::kAnew);
  expect_stats(1, 2, 1, 0);  // an idle one goes at once
  Sequence& old = table_.open(step("a"));
  table_.open(step("a"));
  table_.open(step("a", Start::kAnew));
  EXPECT_TRUE(table_.close(old, false, true, now_)) << "it has another step";
  EXPECT_FALSE(table_.close(old, false, true, now_));
  expect_stats(1, 3, 2, 0);
}

TEST_F(SequenceTableTest, OneThatNeverRanIsAsIfItHadNeverBeen) {
  Sequence& sequence = table_.open(step("a"));
  EXPECT_FALSE(table_.close(sequence, false, false, now_));
  EXPECT_EQ(table_.find(step("a", Start::kMustExist)), nullptr);
  expect_stats(0, 1, 1, 0);
}

TEST_F(SequenceTableTest, IsFullForNewIdsOnly) {
  run("a");
  EXPECT_FALSE(table_.is_full_for(step("b")));
  run("b");
  EXPECT_TRUE(table_.is_full_for(step("c")));
  EXPECT_FALSE(table_.is_full_for(step("a")));
  EXPECT_FALSE(table_.is_full_for(step("b", Start::kAnew)));
  run("b", true);
  EXPECT_FALSE(table_.is_full_for(step("c")));
}

TEST_F(SequenceTableTest, TheLongestIdleExpireFirst) {
  EXPECT_EQ(table_.next_expiry(), Clock::time_point::max());
  const Clock::time_point first = now_;
  run("a");
  now_ += std::chrono::minutes(10);
  run("b");
  EXPECT_EQ(table_.next_expiry(), first + options_.idle_timeout);
  now_ += std::chrono::minutes(10);
  run("a");  // now "b" comes first
  table_.expire(first + options_.idle_timeout);
  expect_stats(2, 2, 0, 0);
  table_.expire(first + std::chrono::minutes(10) + options_.idle_timeout);
  expect_stats(1, 2, 0, 1);
  EXPECT_EQ(table_.find(step("b")), nullptr);
  EXPECT_NE(table_.find(step("a")), nullptr);
}

TEST_F(SequenceTableTest, OneWithAStepNeverExpires) {
  run("a");
  Sequence& sequence = table_.open(step("a"));
  table_.expire(now_ + std::chrono::hours(100));
  EXPECT_EQ(table_.find(step("a")), &sequence);
  EXPECT_EQ(table_.next_expiry(), Clock::time_point::max());
}

TEST_F(SequenceTableTest, GivesItsMemoryBack) {
  const uint64_t before = host_pool().stats().allocated.current;
  run("a");
  run("b");
  EXPECT_GT(host_pool().stats().allocated.current, before);
  table_.expire(now_ + options_.idle_timeout);
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  run("a");
  table_.clear();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  expect_stats(0, 3, 1, 2);
}

}  // namespace
}  // namespace ntrt
