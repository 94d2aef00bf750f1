// One batch: how its inputs come together, and who gets which results.

#include "runtime/batch/batch_run.h"

#include <gtest/gtest.h>

#include "test/support/row_requests.h"

namespace ntrt {
namespace {

using testing::has_its_rows;
using testing::make_rows;
using testing::Requests;
using testing::row_value;
using testing::whole;

/// A BatchRun and what it works on.
class BatchRunTest : public ::testing::Test {
 protected:
  explicit BatchRunTest(DType type = DType::kInt64, size_t num_inputs = 1, int axis = 0)
      : layout_(testing::row_layout(num_inputs, axis)),
        model_(script_, SIZE_MAX, testing::row_signature(type, num_inputs, std::string("columns"), axis)),
        instance_(model_.create_instance()),
        run_(model_.signature(), layout_, enabled_, counters_) {
    script_->set_action(testing::RowAction(faults_, axis));
  }

  std::shared_ptr<Request> rows(uint64_t tag, size_t count = 1, size_t columns = 2) {
    auto request = make_rows(nullptr, tag, count, columns, layout_.input_axes.size());
    set_batch_key(*request, layout_, true);
    return request;
  }
  Requests singles(size_t count) {
    Requests requests;
    for (uint64_t tag = 0; tag < count; ++tag) requests.push_back(rows(tag));
    return requests;
  }
  std::optional<Clock::duration> run(const std::vector<Slice>& slices, std::optional<size_t> first_row = {}) {
    return run_.run(*instance_, slices, first_row);
  }
  std::map<size_t, uint64_t> sizes() const { return counters_.batch_sizes.snapshot(); }
  size_t num_runs() const { return script_->order().size(); }

  const std::shared_ptr<testing::FakeScript> script_ = std::make_shared<testing::FakeScript>();
  const std::shared_ptr<testing::RowFaults> faults_ = std::make_shared<testing::RowFaults>();
  const BatchLayout layout_;
  testing::FakeModel model_;
  const std::unique_ptr<Instance> instance_;
  std::atomic<bool> enabled_{true};
  EngineCounters counters_;
  BatchRun run_;
};

class BatchRunTwoInputsTest : public BatchRunTest {
 protected:
  BatchRunTwoInputsTest() : BatchRunTest(DType::kInt64, 2) {}
};

class BatchRunAxisOneTest : public BatchRunTest {
 protected:
  BatchRunAxisOneTest() : BatchRunTest(DType::kInt64, 1, 1) {}
};

class BatchRunTextTest : public BatchRunTest {
 protected:
  BatchRunTextTest() : BatchRunTest(DType::kString) {}

  std::shared_ptr<Request> texts(std::vector<std::string> all) {
    auto request = std::make_shared<Request>();
    const auto count = static_cast<int64_t>(all.size());
    request->inputs = {{DType::kString, {count, 1}, &request->strings.emplace_back(std::move(all)), 0}};
    request->outputs.resize(1);
    set_batch_key(*request, layout_, true);
    return request;
  }
  static const std::vector<std::string>& results(const Request& request) {
    return *static_cast<const std::vector<std::string>*>(request.outputs[0].view.data);
  }
};

TEST_F(BatchRunTest, OneRequestRunsAsItIs) {
  const auto request = rows(7, 3);
  EXPECT_TRUE(run(whole({request})).has_value());
  EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{3, 1}}));
  EXPECT_EQ(counters_.gathered_rows, 0U);
}

TEST_F(BatchRunTest, SeveralAreGatheredAndEachGetsItsOwnRows) {
  const Requests requests{rows(1, 2), rows(2, 1), rows(3, 4)};
  EXPECT_TRUE(run(whole(requests)).has_value());
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(num_runs(), 1U);
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{7, 1}}));
  EXPECT_EQ(counters_.gathered_rows, 7U);
  EXPECT_EQ(requests[0]->results, requests[2]->results) << "rows in one piece are not copied";
}

TEST_F(BatchRunTwoInputsTest, AllInputsAreGathered) {
  const Requests requests{rows(1, 2), rows(2, 3)};
  run(whole(requests));
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(num_runs(), 1U);
}

TEST_F(BatchRunTwoInputsTest, OutputsComeInTheOrderInWhichTheyWereAskedFor) {
  const Requests requests{rows(1), rows(2)};
  for (const auto& request : requests) {
    request->outputs[0].index = 1;
    request->outputs.resize(1);
  }
  run(whole(requests));
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
}

TEST_F(BatchRunAxisOneTest, RowsMayLieAlongAnotherAxis) {
  // [columns, rows]: what make_rows() makes is read the other way round.
  const Requests requests{rows(1, 2, 3), rows(2, 2, 1), rows(3, 2, 2)};
  EXPECT_EQ(requests[0]->rows, 3U);
  run(whole(requests));
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{6, 1}}));
}

TEST_F(BatchRunTextTest, TextIsGatheredAndHandedOut) {
  const Requests requests{texts({"a", "b"}), texts({"c"}), texts({"d", "e"})};
  run(whole(requests));
  EXPECT_EQ(results(*requests[0]), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(results(*requests[1]), (std::vector<std::string>{"c"}));
  EXPECT_EQ(results(*requests[2]), (std::vector<std::string>{"d", "e"}));
  EXPECT_EQ(num_runs(), 1U);
}

TEST_F(BatchRunTextTest, TextOfSplitRequestsIsJoined) {
  const auto request = texts({"a", "b", "c"});
  run({{request, 2, 1}});
  run({{request, 0, 2}});
  EXPECT_EQ(results(*request), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(BatchRunTest, RowsOfABufferAreRunWhereTheyStand) {
  BatchBuffers buffers(1);
  Requests requests{rows(1, 2), rows(2), rows(3)};
  for (const auto& request : requests) {
    request->borrowed = {true};
    buffers.reserve(*request, layout_, 8, request->id == 1 ? 0 : request->id);
    ASSERT_TRUE(request->slot.buffer);
    void* const place = request->slot.buffer->row(0, request->slot.first_row);
    std::memcpy(place, request->inputs[0].data, request->inputs[0].bytes);
    request->inputs[0].data = place;
  }
  const void* seen = nullptr;
  script_->set_action([&, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
    seen = inputs[0].data;
    action(inputs, outputs);
  });
  std::swap(requests[0], requests[2]);
  const auto slices = whole(requests);
  const auto first_row = buffers.close(slices);
  ASSERT_EQ(first_row, 0U);
  EXPECT_TRUE(run(slices, first_row).has_value());
  EXPECT_EQ(seen, requests[2]->inputs[0].data);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(counters_.gathered_rows, 0U);
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{4, 1}}));
  for (const auto& request : requests) buffers.release(*request);
}

TEST_F(BatchRunTest, ResultsOfSplitRequestsAreJoined) {
  const auto large = rows(1, 5);
  const auto small = rows(2, 2);
  run({{large, 0, 2}});
  EXPECT_FALSE(large->error.has_value());
  run({{large, 4, 1}, {small, 0, 2}});
  run({{large, 2, 2}});
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_TRUE(has_its_rows(*small));
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{2, 2}, {3, 1}}));
}

TEST_F(BatchRunTest, SplitRequestsWhosePartsDoNotFitTogetherFail) {
  const auto large = rows(1, 4);
  run({{large, 0, 2}});
  faults_->empty_outputs = true;
  run({{large, 2, 2}});
  ASSERT_TRUE(large->error.has_value());
  EXPECT_EQ(large->error->code(), Code::kBackendError);
  EXPECT_NE(large->error->message().find("[4, 2] and [4, 0]"), std::string::npos) << large->error->message();
}

TEST_F(BatchRunTest, OnlyTheRequestThatIsToBlameFails) {
  for (uint64_t poisoned = 0; poisoned < 8; ++poisoned) {
    faults_->poison = row_value(poisoned, 0);
    const Requests requests = singles(8);
    EXPECT_EQ(run(whole(requests)), std::nullopt) << "a batch in parts tells nothing about run times";
    for (uint64_t tag = 0; tag < 8; ++tag) {
      if (tag == poisoned) continue;
      EXPECT_TRUE(has_its_rows(*requests[tag]));
    }
    ASSERT_TRUE(requests[poisoned]->error.has_value());
    EXPECT_EQ(requests[poisoned]->error->message(), "a poisoned row");
    EXPECT_FALSE(run_.take_mismatch());
  }
  EXPECT_EQ(num_runs(), 8U * 7) << "eight, twice four, twice two, twice one";
}

TEST_F(BatchRunTest, APoisonedPartFailsItsOwnRequestOnly) {
  const auto large = rows(1, 4);
  const Requests others = singles(2);
  faults_->poison = row_value(1, 3);
  run({{large, 0, 2}, {others[0], 0, 1}});
  run({{large, 2, 2}, {rows(9), 0, 1}});
  EXPECT_TRUE(large->error.has_value());
  EXPECT_TRUE(has_its_rows(*others[0]));
}

TEST_F(BatchRunTest, ResultsThatDoNotAddUpAreToldOnceAndEverybodyGetsTheRightOnes) {
  faults_->drops_row = true;
  const Requests requests = singles(5);
  EXPECT_EQ(run(whole(requests)), std::nullopt);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_TRUE(run_.take_mismatch());
  EXPECT_FALSE(run_.take_mismatch());
}

TEST_F(BatchRunTest, ResultsWithoutDimensionsDoNotAddUp) {
  faults_->scalar_outputs = true;
  const Requests requests = singles(2);
  run(whole(requests));
  EXPECT_TRUE(run_.take_mismatch());
  for (const auto& request : requests) EXPECT_FALSE(request->error.has_value());
}

TEST_F(BatchRunTest, ASplitRequestWhoseResultsDoNotAddUpFails) {
  faults_->drops_row = true;
  const auto large = rows(1, 4);
  run({{large, 0, 2}});
  EXPECT_TRUE(run_.take_mismatch());
  ASSERT_TRUE(large->error.has_value());
  EXPECT_EQ(large->error->code(), Code::kBackendError);
  EXPECT_NE(large->error->message().find("'y' of a batch of 2 rows"), std::string::npos) << large->error->message();
}

TEST_F(BatchRunTest, WithoutBatchingRequestsRunOneByOneAndSplitOnesStillInParts) {
  enabled_ = false;
  const Requests requests = singles(3);
  run(whole(requests));
  const auto large = rows(9, 4);
  run({{large, 0, 2}});
  run({{large, 2, 2}});
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_EQ(sizes(), (std::map<size_t, uint64_t>{{1, 3}, {2, 2}}));
}

/// More than any system has; what has such a shape is never touched.
constexpr int64_t kTooMuch = int64_t{1} << 49;

TEST_F(BatchRunTest, WithoutMemoryToGatherRequestsRunOneByOne) {
  script_->set_action([](auto inputs, auto outputs) { outputs[0].view = inputs[0]; });
  const Requests requests = singles(2);
  for (const auto& request : requests) request->inputs[0].dims[1] = kTooMuch;
  run(whole(requests));
  for (const auto& request : requests) {
    EXPECT_FALSE(request->error.has_value());
    EXPECT_EQ(request->outputs[0].view.data, request->inputs[0].data);
  }
  EXPECT_EQ(num_runs(), 2U);
  EXPECT_FALSE(run_.take_mismatch());
}

TEST_F(BatchRunTest, WithoutMemoryForItsResultsASplitRequestFails) {
  script_->set_action([](auto inputs, auto outputs) {
    outputs[0].view = inputs[0];
    outputs[0].view.dims[1] = kTooMuch;
  });
  const auto large = rows(1, 4);
  run({{large, 0, 2}});
  ASSERT_TRUE(large->error.has_value());
  EXPECT_EQ(large->error->code(), Code::kOutOfMemory);
}

TEST_F(BatchRunTest, KeepsNoMemoryOfABatchThatIsOver) {
  const uint64_t before = host_pool().stats().allocated.current;
  run(whole(singles(4)));
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  faults_->poison = row_value(3, 0);
  run(whole(singles(4)));
  EXPECT_EQ(host_pool().stats().allocated.current, before) << "after a failed one";
  faults_->poison = INT64_MIN;
  faults_->drops_row = true;
  run(whole(singles(4)));
  EXPECT_EQ(host_pool().stats().allocated.current, before) << "after one whose results did not add up";
}

// Another lane ran the last part of the first request, and this one ended it: who was with that part tells of it there.
TEST_F(BatchRunTest, ABatchOfAnotherLaneIsNotToldOf) {
  BatchRun other(model_.signature(), layout_, enabled_, counters_);
  const auto large = rows(1, 4);
  const auto small = rows(2, 1);
  run({{large, 0, 2}});
  other.run(*instance_, std::vector<Slice>{{large, 2, 2}, {rows(3), 0, 1}}, {});
  run(whole({small}));
  run_.choose_tellers(whole({large, small}));
  EXPECT_EQ(large->facts.batch.id, 2U);
  EXPECT_FALSE(large->facts.tells_of_batch);
  EXPECT_TRUE(small->facts.tells_of_batch);
}

TEST_F(BatchRunTest, RecordsTimesForEachRequest) {
  run(whole(singles(4)));
  EXPECT_EQ(counters_.stages[static_cast<size_t>(Stage::kCompute)].snapshot().count, 4U);
  EXPECT_EQ(counters_.stages[static_cast<size_t>(Stage::kQueue)].snapshot().count, 4U);
}

}  // namespace
}  // namespace ntrt
