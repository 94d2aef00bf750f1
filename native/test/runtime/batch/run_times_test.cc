#include "runtime/batch/run_times.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>

namespace ntrt {
namespace {

using namespace std::chrono_literals;

constexpr uint64_t kShape = 7;

/// What is expected, in whole microseconds; -1 for nothing.
int64_t expected_us(const RunTimes& times, size_t rows) {
  const auto result = times.expected(kShape, rows);
  return result ? std::chrono::round<std::chrono::microseconds>(*result).count() : -1;
}

TEST(RunTimes, KnowNothingAtFirst) {
  const RunTimes times;
  EXPECT_EQ(times.measured(kShape, 1), std::nullopt);
  EXPECT_EQ(times.expected(kShape, 1), std::nullopt);
}

TEST(RunTimes, MeasuredIsWhatRunsOfAboutThatManyRowsTook) {
  RunTimes times;
  times.learn(kShape, 6, 3ms);
  for (const size_t rows : {5, 6, 7, 8}) EXPECT_EQ(times.measured(kShape, rows), 3ms) << rows;
  for (const size_t rows : {1, 2, 4, 9}) EXPECT_EQ(times.measured(kShape, rows), std::nullopt) << rows;
}

TEST(RunTimes, OneAndTwoRowsAreKeptApart) {
  RunTimes times;
  times.learn(kShape, 1, 1ms);
  times.learn(kShape, 2, 5ms);
  EXPECT_EQ(times.measured(kShape, 1), 1ms);
  EXPECT_EQ(times.measured(kShape, 2), 5ms);
}

TEST(RunTimes, ShapesAreKeptApart) {
  RunTimes times;
  times.learn(kShape, 1, 1ms);
  EXPECT_EQ(times.measured(kShape + 1, 1), std::nullopt);
  EXPECT_EQ(times.expected(kShape + 1, 1), std::nullopt);
}

TEST(RunTimes, AQuickerRunIsBelievedByHalf) {
  RunTimes times;
  times.learn(kShape, 1, 10ms);
  times.learn(kShape, 1, 4ms);
  EXPECT_EQ(times.measured(kShape, 1), 7ms);
}

TEST(RunTimes, ASlowerRunIsBelievedByAnEighth) {
  RunTimes times;
  times.learn(kShape, 1, 4ms);
  times.learn(kShape, 1, 12ms);
  EXPECT_EQ(times.measured(kShape, 1), 5ms);
}

TEST(RunTimes, ASlowFirstRunIsSoonForgotten) {
  RunTimes times;
  times.learn(kShape, 1, 1s);
  for (int i = 0; i < 10; ++i) times.learn(kShape, 1, 1ms);
  EXPECT_LT(*times.measured(kShape, 1), 2ms);
}

TEST(RunTimes, RunsThatBecomeSlowerAreLearntIntoTheEnd) {
  RunTimes times;
  times.learn(kShape, 1, 1ms);
  for (int i = 0; i < 60; ++i) times.learn(kShape, 1, 10ms);
  EXPECT_GT(*times.measured(kShape, 1), 9900us);
}

TEST(RunTimes, OfALaneAreAPlainMeanOfWhatItWasBusyWithThem) {
  RunTimes times;
  times.learn_period(kShape, 1, 9ms);
  EXPECT_EQ(expected_us(times, 1), -1) << "of a run that is not known";
  times.learn(kShape, 1, 1ms);
  times.learn_period(kShape, 1, 2ms);
  EXPECT_EQ(expected_us(times, 1), 2000);
  for (int i = 0; i < 100; ++i) times.learn_period(kShape, 1, i % 2 == 0 ? 2ms : 4ms);
  EXPECT_NEAR(static_cast<double>(expected_us(times, 1)), 3000, 300);
  EXPECT_EQ(times.measured(kShape, 1), 1ms) << "what the model takes is something else";
}

TEST(RunTimes, FromASinglePointEveryNumberOfRowsTakesAsLong) {
  RunTimes times;
  times.learn(kShape, 4, 3ms);
  for (const size_t rows : {1, 4, 1000}) EXPECT_EQ(expected_us(times, rows), 3000) << rows;
}

TEST(RunTimes, BetweenTwoPointsAndBeyondThemALineIsDrawn) {
  RunTimes times;
  times.learn(kShape, 4, 2ms);
  times.learn(kShape, 16, 5ms);
  EXPECT_EQ(expected_us(times, 4), 2000);
  EXPECT_EQ(expected_us(times, 8), 3000);
  EXPECT_EQ(expected_us(times, 16), 5000);
  EXPECT_EQ(expected_us(times, 32), 9000);
  EXPECT_EQ(expected_us(times, 1), 1250);
}

TEST(RunTimes, TheTwoPointsNextToItCount) {
  RunTimes times;
  times.learn(kShape, 1, 1ms);
  times.learn(kShape, 4, 4ms);
  times.learn(kShape, 16, 5200us);
  times.learn(kShape, 64, 10ms);
  EXPECT_EQ(expected_us(times, 2), 2000) << "between 1 and 4";
  EXPECT_EQ(expected_us(times, 10), 4600) << "between 4 and 16";
  EXPECT_EQ(expected_us(times, 128), 16400) << "beyond 16 and 64";
}

TEST(RunTimes, WithinAClassThePointIsTheMeanOfItsRows) {
  RunTimes times;
  times.learn(kShape, 1, 1ms);
  times.learn(kShape, 8, 8ms);
  times.learn(kShape, 6, 6ms);  // quicker: half way to 6 rows and 6 ms
  EXPECT_EQ(expected_us(times, 7), 7000);
}

TEST(RunTimes, NeverSaysThatMoreRowsAreQuickerOrTimeNegative) {
  RunTimes times;
  times.learn(kShape, 2, 9ms);
  times.learn(kShape, 32, 1ms);
  EXPECT_EQ(expected_us(times, 16), 9000);
  EXPECT_EQ(expected_us(times, 1000), 9000);
  RunTimes steep;
  steep.learn(kShape, 16, 1ms);
  steep.learn(kShape, 32, 100ms);
  EXPECT_EQ(expected_us(steep, 1), 0);
}

TEST(RunTimes, HugeNumbersOfRowsShareTheLastClass) {
  RunTimes times;
  times.learn(kShape, size_t{1} << 40, 1s);
  EXPECT_EQ(times.measured(kShape, SIZE_MAX), 1s);
  EXPECT_EQ(times.measured(kShape, 1), std::nullopt);
}

TEST(RunTimes, MoreShapesThanAreRememberedStartAnew) {
  RunTimes times;
  for (uint64_t shape = 0; shape < RunTimes::kMaxShapes; ++shape) times.learn(shape, 1, 1ms);
  times.learn(0, 2, 2ms);
  EXPECT_EQ(times.measured(RunTimes::kMaxShapes - 1, 1), 1ms) << "as many as may be";
  times.learn(RunTimes::kMaxShapes, 1, 3ms);
  EXPECT_EQ(times.measured(RunTimes::kMaxShapes, 1), 3ms);
  EXPECT_EQ(times.measured(0, 1), std::nullopt);
}

/// Runs of each number of rows, by what a row costs.
void learn_costs(RunTimes& times, const std::map<size_t, Clock::duration>& costs, int runs = 4) {
  for (const auto& [rows, cost] : costs) {
    for (int i = 0; i < runs; ++i) times.learn(kShape, rows, cost * static_cast<int64_t>(rows));
  }
}

TEST(RunTimesBestSize, IsNoneWhereLargerBatchesAreCheaper) {
  RunTimes times;
  EXPECT_EQ(times.best_size(kShape, 32), 0U);
  learn_costs(times, {{1, 1000us}, {8, 300us}, {32, 200us}});
  EXPECT_EQ(times.best_size(kShape, 32), 0U);
}

TEST(RunTimesBestSize, IsWhereRowsAreCheapest) {
  RunTimes times;
  learn_costs(times, {{1, 1000us}, {4, 700us}, {32, 1200us}});
  EXPECT_EQ(times.best_size(kShape, 32), 4U);
  EXPECT_EQ(times.best_size(kShape, 16), 0U) << "the largest that may be, and is known";
}

TEST(RunTimesBestSize, IsTheLargestOfThoseThatHardlyDiffer) {
  RunTimes times;
  learn_costs(times, {{1, 1000us}, {2, 970us}, {8, 1050us}, {32, 1300us}});
  EXPECT_EQ(times.best_size(kShape, 32), 8U);
}

TEST(RunTimesBestSize, TakesSeveralRunsToBelieve) {
  RunTimes times;
  learn_costs(times, {{1, 1000us}, {32, 3000us}}, 3);
  EXPECT_EQ(times.best_size(kShape, 32), 0U);
  learn_costs(times, {{1, 1000us}, {32, 3000us}}, 1);
  EXPECT_EQ(times.best_size(kShape, 32), 1U);
}

TEST(RunTimesBestSize, OfOtherShapesDoesNotMatter) {
  RunTimes times;
  learn_costs(times, {{1, 1000us}, {32, 3000us}});
  EXPECT_EQ(times.best_size(kShape + 1, 32), 0U);
}

/// What it is over that many runs of the size that it says.
std::set<size_t> sizes_over(RunTimes& times, int runs, const std::function<Clock::duration(size_t)>& run_time) {
  std::set<size_t> sizes;
  for (int i = 0; i < runs; ++i) {
    const size_t size = times.size_to_run(kShape, 32);
    const size_t rows = size == 0 ? 32 : size;
    sizes.insert(rows);
    times.learn(kShape, rows, run_time(rows));
  }
  return sizes;
}

TEST(RunTimesBestSize, PartsNobodyToFindOutAboutSmallerOnes) {
  RunTimes times;
  EXPECT_EQ(sizes_over(times, 2000, [](size_t) { return 1ms; }), (std::set<size_t>{32}));
}

TEST(RunTimesBestSize, TriesLargerOnesNowAndThen) {
  RunTimes times;
  learn_costs(times, {{1, 1000us}, {4, 500us}, {32, 1000us}});
  const auto dear = [](size_t rows) { return 125us * static_cast<int64_t>(rows * rows); };
  EXPECT_EQ(sizes_over(times, 200, dear), (std::set<size_t>{4}));
  EXPECT_EQ(sizes_over(times, 2000, dear), (std::set<size_t>{4, 8, 16, 32}));
  // The machine was busy, and is no more.
  sizes_over(times, 20000, [](size_t rows) { return 100us + 10us * static_cast<int64_t>(rows); });
  EXPECT_EQ(times.best_size(kShape, 32), 0U);
}

}  // namespace
}  // namespace ntrt
