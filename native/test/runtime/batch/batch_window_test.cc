#include "runtime/batch/batch_window.h"

#include <gtest/gtest.h>

#include <vector>

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using RunTime = std::function<std::optional<Clock::duration>(size_t)>;

/// A run takes `fixed`, and `per_row` more for each row.
RunTime line(Clock::duration fixed, Clock::duration per_row) {
  return [=](size_t rows) { return fixed + per_row * static_cast<int64_t>(rows); };
}

double ms(Clock::duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

/// The number of rows that come together in the window.
double company(Clock::duration window, double rows_per_second) {
  return std::chrono::duration<double>(window).count() * rows_per_second + 1;
}

TEST(BatchWindow, NothingIsKnownNothingIsWaitedFor) {
  EXPECT_EQ(choose_batch_window(100ms, 1000, 32, [](size_t) { return std::nullopt; }), 0ms);
}

TEST(BatchWindow, NobodyComesNobodyIsWaitedFor) {
  EXPECT_EQ(choose_batch_window(100ms, 0, 32, line(5ms, 0ms)), 0ms);
  EXPECT_EQ(choose_batch_window(100ms, 1, 32, line(5ms, 0ms)), 0ms) << "the second comes in a second";
}

TEST(BatchWindow, RowsThatGetNoCheaperAreNotWaitedFor) {
  EXPECT_EQ(choose_batch_window(100ms, 10000, 32, line(0ms, 1ms)), 0ms);
  EXPECT_EQ(choose_batch_window(100ms, 10000, 32, line(20us, 1ms)), 0ms) << "2 percent is no gain";
}

TEST(BatchWindow, WithTimeToSpareABatchIsAsLargeAsItMayBe) {
  const auto window = choose_batch_window(1s, 10000, 8, line(5ms, 100us));
  EXPECT_NEAR(company(window, 10000), 8, 0.01);
}

TEST(BatchWindow, ABatchOfOneMeetsNobody) { EXPECT_EQ(choose_batch_window(1s, 10000, 1, line(5ms, 0ms)), 0ms); }

TEST(BatchWindow, TheWindowAndTwoRunsEndWithinNineTenthsOfTheTarget) {
  for (const double rate : {10.0, 100.0, 1000.0, 10000.0}) {
    for (const auto target : {5ms, 20ms, 100ms, 500ms}) {
      for (const auto fixed : {1ms, 4ms, 20ms}) {
        const auto run = line(fixed, 200us);
        const auto window = choose_batch_window(target, rate, 32, run);
        if (window == 0ms) continue;
        const auto rows = static_cast<size_t>(company(window, rate) + 0.5);
        EXPECT_GE(rows, 2U);
        EXPECT_LE(ms(window) + 2 * ms(*run(rows)), 0.9 * ms(target) + 0.001) << rate << " " << ms(target);
      }
    }
  }
}

TEST(BatchWindow, ATargetThatNoBatchKeepsMeansNoWaiting) {
  EXPECT_EQ(choose_batch_window(10ms, 1000, 32, line(5ms, 100us)), 0ms);
  EXPECT_EQ(choose_batch_window(0ms, 1000, 32, line(5ms, 100us)), 0ms);
}

TEST(BatchWindow, ALaxerTargetNeverShortensIt) {
  Clock::duration last{};
  for (Clock::duration target = 1ms; target <= 300ms; target += 1ms) {
    const auto window = choose_batch_window(target, 500, 32, line(4ms, 300us));
    EXPECT_GE(window, last) << ms(target);
    last = window;
  }
  EXPECT_GT(last, 0ms);
}

TEST(BatchWindow, TheSizeWithTheCheapestRowsIsChosenNotTheLargest) {
  // Beyond 8 rows it is slower than row by row, as where a cache is too small.
  const auto run = [](size_t rows) -> std::optional<Clock::duration> {
    return rows <= 8 ? 8ms + 100us * static_cast<int64_t>(rows) : 10ms * static_cast<int64_t>(rows);
  };
  const auto window = choose_batch_window(10s, 1000, 32, run);
  EXPECT_NEAR(company(window, 1000), 8, 0.01);
}

TEST(BatchWindow, SizesThatAreUnknownAreNotChosen) {
  const auto run = [](size_t rows) -> std::optional<Clock::duration> {
    return rows <= 4 ? std::optional<Clock::duration>(5ms) : std::nullopt;
  };
  EXPECT_NEAR(company(choose_batch_window(1s, 1000, 32, run), 1000), 4, 0.01);
}

TEST(BatchWindow, HugeBatchesAreChosenInFewSteps) {
  size_t asked = 0;
  const auto run = [&](size_t) {
    ++asked;
    return std::optional<Clock::duration>(1ms);
  };
  EXPECT_GT(choose_batch_window(10s, 1e9, 1000000, run), 0ms);
  EXPECT_LT(asked, 100U);
}

}  // namespace
}  // namespace ntrt
