#include "memory/statistics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/error.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::MockSource;

constexpr int kNumThreads = 4;

template <typename Body>
void run_in_threads(Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kNumThreads; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(ByteCounter, FollowsAllocationsAndFrees) {
  ByteCounter counter;
  counter.add(100);
  counter.add(50);
  counter.subtract(100);
  counter.add(20);
  const ByteStats stats = counter.snapshot();
  EXPECT_EQ(stats.current, 70U);
  EXPECT_EQ(stats.peak, 150U);
  EXPECT_EQ(stats.allocated, 170U);
  EXPECT_EQ(stats.freed, 100U);
}

TEST(ByteCounter, ResetPeakGoesDownToCurrentAndNoFurther) {
  ByteCounter counter;
  counter.add(100);
  counter.subtract(60);
  counter.reset_peak();
  EXPECT_EQ(counter.snapshot().peak, 40U);
  counter.add(10);
  EXPECT_EQ(counter.snapshot().peak, 50U);
}

TEST(ByteCounter, LosesNothingWhenThreadsCountAtOnce) {
  ByteCounter counter;
  constexpr uint64_t kRounds = 20000;
  run_in_threads([&](int thread) {
    for (uint64_t i = 0; i < kRounds; ++i) {
      counter.add(static_cast<size_t>(thread) + 1);
      counter.subtract(static_cast<size_t>(thread) + 1);
    }
  });
  const ByteStats stats = counter.snapshot();
  EXPECT_EQ(stats.current, 0U);
  EXPECT_EQ(stats.allocated, kRounds * (1 + 2 + 3 + 4));
  EXPECT_EQ(stats.freed, stats.allocated);
  EXPECT_GE(stats.peak, 4U);
  EXPECT_LE(stats.peak, 1U + 2 + 3 + 4);
}

TEST(ByteCounter, PeakIsExactWhenThreadsReachItTogether) {
  // All threads add before any subtracts, so the sum is the one right answer.
  for (int round = 0; round < 200; ++round) {
    ByteCounter counter;
    std::atomic<int> num_added{0};
    run_in_threads([&](int thread) {
      counter.add(size_t{1} << thread);
      ++num_added;
      while (num_added < kNumThreads) std::this_thread::yield();
      counter.subtract(size_t{1} << thread);
    });
    ASSERT_EQ(counter.snapshot().peak, (1U << kNumThreads) - 1);
  }
}

TEST(ByteCounter, SnapshotsAreConsistentWhileOthersCountAndReset) {
  ByteCounter counter;
  std::atomic<bool> done{false};
  std::thread watcher([&] {
    while (!done) {
      const ByteStats stats = counter.snapshot();
      ASSERT_GE(stats.peak, stats.current);
      ASSERT_EQ(stats.allocated - stats.freed, stats.current);
      ASSERT_LE(stats.freed, stats.allocated);
      counter.reset_peak();
    }
  });
  run_in_threads([&](int) {
    for (int i = 0; i < 20000; ++i) {
      counter.add(64);
      counter.subtract(64);
    }
  });
  counter.add(1000);
  done = true;
  watcher.join();
  EXPECT_GE(counter.snapshot().peak, 1000U);
}

TEST(StatisticsAdaptor, CountsBytesAndCallsThatPassThrough) {
  MockSource source;
  StatisticsAdaptor adaptor(source);
  void* a = adaptor.allocate(100);
  void* b = adaptor.allocate(28);
  adaptor.deallocate(a, 100);
  EXPECT_EQ(adaptor.bytes().current, 28U);
  EXPECT_EQ(adaptor.bytes().peak, 128U);
  EXPECT_EQ(adaptor.num_allocs(), 2U);
  adaptor.reset_peak();
  EXPECT_EQ(adaptor.bytes().peak, 28U);
  adaptor.deallocate(b, 28);
  EXPECT_EQ(adaptor.bytes().current, 0U);
  EXPECT_EQ(adaptor.bytes().freed, 128U);
}

TEST(StatisticsAdaptor, AFailureIsCountedAsSuchAndPassedOn) {
  MockSource source;
  source.fail_calls(1, 1);
  StatisticsAdaptor adaptor(source);
  EXPECT_THROW(adaptor.allocate(100), Error);
  EXPECT_EQ(adaptor.num_failures(), 1U);
  EXPECT_EQ(adaptor.num_allocs(), 0U);
  EXPECT_EQ(adaptor.bytes().allocated, 0U);
}

TEST(StatisticsAdaptor, NullBlocksAreNotCounted) {
  HostSource source;
  StatisticsAdaptor adaptor(source);
  EXPECT_EQ(adaptor.allocate(0), nullptr);
  adaptor.deallocate(nullptr, 10);
  EXPECT_EQ(adaptor.num_allocs(), 0U);
  EXPECT_EQ(adaptor.bytes().current, 0U);
}

TEST(StatisticsAdaptor, TrimReachesTheSource) {
  MockSource source;
  source.set_trim_result(7);
  StatisticsAdaptor adaptor(source);
  EXPECT_EQ(adaptor.trim(), 7U);
}

}  // namespace
}  // namespace ntrt
