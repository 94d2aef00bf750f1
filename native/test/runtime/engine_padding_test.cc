// Requests of different lengths in an engine: who meets whom, and who runs as it is.

#include <gtest/gtest.h>

#include "test/support/row_engine.h"

namespace ntrt {
namespace {

using testing::has_its_rows;
using testing::RowEngine;

constexpr Clock::duration kBudget = std::chrono::hours(1);

EngineOptions padding_options(size_t max_size = 4) {
  EngineOptions options = testing::patient_options(max_size);
  options.layout = testing::padding_layout();
  options.inline_below_us = 3'600'000'000;
  return options;
}

/// Columns of each run.
struct Columns {
  explicit Columns(RowEngine& engine) {
    engine.script().set_action([this, action = testing::RowAction(engine.shared_faults())](auto inputs, auto outputs) {
      seen.push_back(inputs[0].dims[1]);
      action(inputs, outputs);
    });
  }
  std::vector<int64_t> seen;
};

TEST(EnginePadding, LengthsOfOneBucketMeet) {
  for (const bool in_buffer : {false, true}) {
    RowEngine engine(padding_options());
    const Columns columns(engine);
    for (uint64_t tag = 0; tag < 4; ++tag) {
      const auto request = engine.rows(tag, 1, 1 + tag);
      in_buffer ? testing::submit_borrowed(*engine, request) : engine->submit(request);
    }
    for (size_t i = 1; i <= 4; ++i) EXPECT_TRUE(has_its_rows(*engine.sink().wait(i)));
    EXPECT_EQ(columns.seen, (std::vector<int64_t>{4}));
    EXPECT_EQ(engine->counters().gathered_rows, in_buffer ? 0U : 4U);
  }
}

TEST(EnginePadding, LengthsOfDifferentBucketsDoNotMeetNorThoseBeyondTheLast) {
  RowEngine engine(padding_options(2));
  const Columns columns(engine);
  for (const size_t length : {4U, 5U, 9U, 3U, 8U, 9U}) engine.submit_rows(length, 1, length);
  for (size_t i = 1; i <= 6; ++i) EXPECT_TRUE(has_its_rows(*engine.sink().wait(i)));
  std::vector<int64_t> seen = columns.seen;
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<int64_t>{4, 8, 9}));
}

TEST(EnginePadding, ARequestThatIsTooLargeForABatchIsNotPadded) {
  RowEngine engine(padding_options(4));
  const Columns columns(engine);
  engine.submit_rows(1, 5, 3);
  EXPECT_TRUE(has_its_rows(*engine.sink().wait(1)));
  EXPECT_EQ(columns.seen, (std::vector<int64_t>{3}));
}

TEST(EnginePadding, PartsOfASplitRequestArePadded) {
  EngineOptions options = padding_options(4);
  options.queue.split = true;
  RowEngine engine(options);
  const Columns columns(engine);
  engine.submit_rows(1, 8, 3);
  EXPECT_TRUE(has_its_rows(*engine.sink().wait(1)));
  EXPECT_EQ(columns.seen, (std::vector<int64_t>{4, 4}));
}

TEST(EnginePadding, WhatRunsOnTheCallersThreadIsNotPadded) {
  RowEngine engine(padding_options());
  const Columns columns(engine);
  const auto full = engine.rows(1, 1, 4);
  engine->run_blocking(*full);
  const auto blocking = engine.rows(2, 1, 3);
  engine->run_blocking(*blocking);
  const auto in_place = engine.rows(3, 1, 2);
  EXPECT_TRUE(engine->try_run_in_place(*in_place, kBudget).has_value());
  for (const auto& request : {full, blocking, in_place}) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(columns.seen, (std::vector<int64_t>{4, 3, 2}));
}

// Else a long one would block its thread, for short ones of its bucket were quick.
TEST(EnginePadding, AShortRequestTeachesNothingAboutItsBucket) {
  RowEngine engine(padding_options());
  engine->run_blocking(*engine.rows(1, 1, 1));
  EXPECT_FALSE(engine->try_run_in_place(*engine.rows(2, 1, 4), kBudget).has_value());
  engine->run_blocking(*engine.rows(3, 1, 4));
  EXPECT_TRUE(engine->try_run_in_place(*engine.rows(4, 1, 1), kBudget).has_value());
}

TEST(EnginePadding, ResultsOfAnotherLengthEndBatchingAndAreRight) {
  EngineOptions options = padding_options();
  options.layout.padding.outputs[0].fit = {1, 2, 0, 1};
  RowEngine engine(options);
  for (uint64_t tag = 0; tag < 4; ++tag) engine.submit_in_place(tag);
  for (size_t i = 1; i <= 4; ++i) EXPECT_TRUE(has_its_rows(*engine.sink().wait(i)));
  EXPECT_EQ(engine->batching_fault(),
            "a batch gave results of another shape than its inputs call for; since then requests run one by one");
  const Columns columns(engine);
  engine.submit_rows(9, 1, 3);
  EXPECT_TRUE(has_its_rows(*engine.sink().wait(5)));
  EXPECT_EQ(columns.seen, (std::vector<int64_t>{3})) << "and nothing is padded any longer";
}

}  // namespace
}  // namespace ntrt
