#include "memory/statistics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
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

TEST(ByteCounter, CountsNothingBeyondALimit) {
  ByteCounter counter;
  EXPECT_TRUE(counter.try_add(60, 100));
  EXPECT_FALSE(counter.try_add(41, 100));
  EXPECT_FALSE(counter.try_add(SIZE_MAX, 100));
  EXPECT_TRUE(counter.try_add(40, 100));
  EXPECT_EQ(counter.snapshot().current, 100U);
  EXPECT_EQ(counter.snapshot().allocated, 100U);
  EXPECT_FALSE(counter.try_add(1, 50));
}

TEST(ByteCounter, ThreadsDoNotGoBeyondALimitTogether) {
  ByteCounter counter;
  run_in_threads([&](int) {
    for (int i = 0; i < 20000; ++i) {
      if (counter.try_add(30, 100)) counter.subtract(30);
    }
  });
  EXPECT_EQ(counter.snapshot().current, 0U);
  EXPECT_LE(counter.snapshot().peak, 90U);
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
  // In every round all threads add before any subtracts, so that the sum is the one right peak.
  constexpr size_t kRounds = 300;
  std::vector<ByteCounter> rounds(kRounds);
  std::barrier together(kNumThreads);
  run_in_threads([&](int thread) {
    for (ByteCounter& counter : rounds) {
      counter.add(size_t{1} << thread);
      together.arrive_and_wait();
      counter.subtract(size_t{1} << thread);
    }
  });
  for (const ByteCounter& counter : rounds) ASSERT_EQ(counter.snapshot().peak, (1U << kNumThreads) - 1);
}

TEST(ByteCounter, PeakNeverFallsWhileThreadsRaiseIt) {
  // Amounts that grow keep the threads racing for the peak; the loser must not write over the winner.
  ByteCounter counter;
  run_in_threads([&](int) {
    uint64_t seen = 0;
    for (size_t bytes = 1; bytes <= 500000; ++bytes) {
      counter.add(bytes);
      counter.subtract(bytes);
      const uint64_t peak = counter.snapshot().peak;
      ASSERT_GE(peak, seen);
      seen = peak;
    }
  });
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
  adaptor.deallocate(a, 100, 0);
  EXPECT_EQ(adaptor.bytes().current, 28U);
  EXPECT_EQ(adaptor.bytes().peak, 128U);
  EXPECT_EQ(adaptor.num_allocs(), 2U);
  adaptor.reset_peak();
  EXPECT_EQ(adaptor.bytes().peak, 28U);
  adaptor.deallocate(b, 28, 0);
  EXPECT_EQ(adaptor.bytes().current, 0U);
  EXPECT_EQ(adaptor.bytes().freed, 128U);
}

// The order matters: counted after its return, a block that another thread took in between would count twice.
TEST(StatisticsAdaptor, ABlockIsNoLongerCountedWhenTheSourceGetsItBack) {
  struct Probe final : MemorySource {
    void* allocate(size_t bytes) override { return host.allocate(bytes); }
    void deallocate(void* block, size_t bytes, size_t purged) noexcept override {
      current_on_return = above->bytes().current;
      host.deallocate(block, bytes, purged);
    }
    size_t trim() noexcept override { return 0; }

    HostSource host;
    const StatisticsAdaptor* above = nullptr;
    uint64_t current_on_return = 1;
  };
  Probe source;
  StatisticsAdaptor adaptor(source);
  source.above = &adaptor;
  adaptor.deallocate(adaptor.allocate(100), 100, 0);
  EXPECT_EQ(source.current_on_return, 0U);
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
  adaptor.deallocate(nullptr, 10, 0);
  EXPECT_EQ(adaptor.num_allocs(), 0U);
  EXPECT_EQ(adaptor.bytes().current, 0U);
}

TEST(StatisticsAdaptor, TrimReachesTheSource) {
  MockSource source;
  source.set_trim_result(7);
  StatisticsAdaptor adaptor(source);
  EXPECT_EQ(adaptor.trim(), 7U);
}

TEST(StatisticsAdaptor, PurgedPagesAreNotCountedUntilTheyAreRestored) {
  MockSource source;
  StatisticsAdaptor adaptor(source);
  const size_t page = page_bytes();
  auto* block = static_cast<std::byte*>(adaptor.allocate(4 * page));
  EXPECT_EQ(adaptor.purge(block, 2 * page), 2 * page);
  EXPECT_EQ(adaptor.bytes().current, 2 * page);
  adaptor.restore(block, page);
  EXPECT_EQ(adaptor.bytes().current, 3 * page);
  adaptor.deallocate(block, 4 * page, page);
  EXPECT_EQ(adaptor.bytes().current, 0U);
}

}  // namespace
}  // namespace ntrt
