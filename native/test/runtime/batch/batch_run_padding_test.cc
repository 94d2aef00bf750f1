// Batches of requests of different lengths: what the model is given, and what each request gets.

#include <gtest/gtest.h>

#include "runtime/batch/batch_run.h"
#include "test/support/row_requests.h"

namespace ntrt {
namespace {

using testing::has_its_rows;
using testing::kPadValue;
using testing::make_rows;
using testing::Requests;
using testing::row_value;
using testing::whole;

/// What a run was given.
struct Seen {
  Shape dims;
  std::vector<int64_t> data;
};

class BatchRunPaddingTest : public ::testing::Test {
 protected:
  explicit BatchRunPaddingTest(BatchLayout layout = testing::padding_layout())
      : layout_(std::move(layout)),
        model_(script_, SIZE_MAX, testing::row_signature(DType::kInt64, layout_.input_axes.size())),
        instance_(model_.create_instance()),
        run_(model_.signature(), layout_, enabled_, counters_) {
    script_->set_action([this, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
      Seen& run = runs_.emplace_back();
      run.dims = inputs[0].dims;
      const auto* const data = static_cast<const int64_t*>(inputs[0].data);
      run.data.assign(data, data + element_count(run.dims));
      EXPECT_EQ(inputs[0].bytes, run.data.size() * sizeof(int64_t));
      action(inputs, outputs);
    });
  }

  std::shared_ptr<Request> rows(uint64_t tag, size_t count, size_t columns) {
    auto request = make_rows(nullptr, tag, count, columns, layout_.input_axes.size());
    set_batch_key(*request, layout_, true);
    return request;
  }
  /// They come together in a buffer, as when the binding submits them.
  std::vector<Slice> in_buffer(BatchBuffers& buffers, const Requests& requests) {
    size_t waiting = 0;
    for (const auto& request : requests) {
      request->borrowed.assign(request->inputs.size(), true);
      buffers.reserve(*request, layout_, 16, waiting);
      EXPECT_TRUE(request->slot.buffer);
      waiting += request->rows;
      for (size_t i = 0; i < request->inputs.size(); ++i) {
        void* const place = request->slot.buffer->row(i, request->slot.first_row);
        write_rows(*request, layout_, i, place);
        request->inputs[i].data = place;
      }
      request->buffers.clear();
    }
    return whole(requests);
  }
  std::optional<Clock::duration> run(const std::vector<Slice>& slices, std::optional<size_t> first_row = {}) {
    return run_.run(*instance_, slices, first_row);
  }
  std::vector<Shape> shapes() const {
    std::vector<Shape> all;
    for (const Seen& run : runs_) all.push_back(run.dims);
    return all;
  }
  static void expect_own_rows(const Requests& requests) {
    for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  }

  const std::shared_ptr<testing::FakeScript> script_ = std::make_shared<testing::FakeScript>();
  const std::shared_ptr<testing::RowFaults> faults_ = std::make_shared<testing::RowFaults>();
  const BatchLayout layout_;
  testing::FakeModel model_;
  const std::unique_ptr<Instance> instance_;
  std::atomic<bool> enabled_{true};
  EngineCounters counters_;
  BatchRun run_;
  std::vector<Seen> runs_;
};

std::vector<int64_t> joined(std::initializer_list<std::vector<int64_t>> rows) {
  std::vector<int64_t> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

/// A row of `length` of four.
std::vector<int64_t> padded_row(uint64_t tag, size_t row, size_t length) {
  std::vector<int64_t> values(4, kPadValue);
  std::fill_n(values.begin(), length, row_value(tag, row));
  return values;
}

TEST_F(BatchRunPaddingTest, RequestsAreGatheredPaddedAndCutAgain) {
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4), rows(3, 1, 1)};
  EXPECT_TRUE(run(whole(requests)).has_value());
  expect_own_rows(requests);
  ASSERT_EQ(shapes(), (std::vector<Shape>{{4, 4}}));
  EXPECT_EQ(runs_[0].data,
            joined({padded_row(1, 0, 3), padded_row(1, 1, 3), padded_row(2, 0, 4), padded_row(3, 0, 1)}));
  EXPECT_EQ(counters_.gathered_rows, 4U);
}

TEST_F(BatchRunPaddingTest, InABufferTheyAreRunWhereTheyStand) {
  BatchBuffers buffers(1);
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4), rows(3, 1, 1)};
  const auto slices = in_buffer(buffers, requests);
  EXPECT_TRUE(run(slices, buffers.close(slices)).has_value());
  expect_own_rows(requests);
  ASSERT_EQ(shapes(), (std::vector<Shape>{{4, 4}}));
  EXPECT_EQ(runs_[0].data,
            joined({padded_row(1, 0, 3), padded_row(1, 1, 3), padded_row(2, 0, 4), padded_row(3, 0, 1)}));
  EXPECT_EQ(counters_.gathered_rows, 0U);
  for (const auto& request : requests) buffers.release(*request);
}

TEST_F(BatchRunPaddingTest, FromABufferTheyAreGatheredBesideOthers) {
  BatchBuffers buffers(1);
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4)};
  std::vector<Slice> slices = in_buffer(buffers, requests);
  const auto own = rows(3, 1, 2);
  slices.insert(slices.begin() + 1, {own, 0, 1});
  EXPECT_TRUE(run(slices).has_value());
  expect_own_rows(requests);
  EXPECT_TRUE(has_its_rows(*own));
  EXPECT_EQ(runs_[0].data,
            joined({padded_row(1, 0, 3), padded_row(1, 1, 3), padded_row(3, 0, 2), padded_row(2, 0, 4)}));
  for (const auto& request : requests) buffers.release(*request);
}

TEST_F(BatchRunPaddingTest, ALoneRequestIsPaddedToo) {
  const auto request = rows(1, 2, 3);
  EXPECT_TRUE(run(whole({request})).has_value());
  EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(shapes(), (std::vector<Shape>{{2, 4}}));
}

TEST_F(BatchRunPaddingTest, ALoneRequestAsLongAsItsBucketIsNotCopied) {
  const auto request = rows(1, 2, 4);
  EXPECT_TRUE(run(whole({request})).has_value());
  EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(request->results, nullptr);
  EXPECT_EQ(counters_.gathered_rows, 0U);
}

TEST_F(BatchRunPaddingTest, OnlyResultsThatAreCutAreCopies) {
  const Requests requests{rows(1, 1, 3), rows(2, 1, 4)};
  run(whole(requests));
  EXPECT_EQ(requests[0]->result_buffers.size(), 1U);
  EXPECT_EQ(requests[1]->result_buffers.size(), 0U);
}

TEST_F(BatchRunPaddingTest, PartsOfASplitRequestAreJoined) {
  BatchBuffers buffers(1);
  const auto large = rows(1, 5, 3);
  const auto small = rows(2, 2, 1);
  const auto stored = rows(3, 3, 2);
  const auto slices = in_buffer(buffers, {stored});
  run({{large, 0, 2}});
  run({{large, 4, 1}, {small, 0, 2}, {stored, 1, 2}});
  run({{large, 2, 2}, {stored, 0, 1}});
  expect_own_rows({large, small, stored});
  EXPECT_EQ(shapes(), (std::vector<Shape>{{2, 4}, {5, 4}, {3, 4}}));
  buffers.release(*stored);
}

TEST_F(BatchRunPaddingTest, ARequestThatFailsPaddedIsRunAsItWasGiven) {
  faults_->poison = kPadValue;
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4), rows(3, 1, 1)};
  EXPECT_EQ(run(whole(requests)), std::nullopt);
  expect_own_rows(requests);
  EXPECT_EQ(runs_.back().dims, (Shape{1, 1}));
  EXPECT_FALSE(run_.take_mismatch()) << "that is no reason to give batching up";
}

TEST_F(BatchRunPaddingTest, ARequestInABufferThatFailsPaddedIsRunAsItWasGiven) {
  const uint64_t before = host_pool().stats().allocated.current;
  {
    faults_->poison = kPadValue;
    BatchBuffers buffers(1);
    const Requests requests{rows(1, 2, 3), rows(2, 1, 4), rows(3, 1, 1)};
    const auto slices = in_buffer(buffers, requests);
    EXPECT_EQ(run(slices, buffers.close(slices)), std::nullopt);
    expect_own_rows(requests);
    for (const auto& request : requests) buffers.release(*request);
  }
  EXPECT_EQ(host_pool().stats().allocated.current, before) << "nothing is kept";
}

TEST_F(BatchRunPaddingTest, OnlyTheRequestThatFailsUnpaddedTooFails) {
  faults_->poison = row_value(2, 0);
  const Requests requests{rows(1, 1, 3), rows(2, 1, 2), rows(3, 1, 1)};
  run(whole(requests));
  expect_own_rows({requests[0], requests[2]});
  ASSERT_TRUE(requests[1]->error.has_value());
  EXPECT_EQ(requests[1]->error->message(), "a poisoned row");
  EXPECT_EQ(runs_.back().dims, (Shape{1, 4})) << "the third";
}

TEST_F(BatchRunPaddingTest, AFullLengthThatFailsIsNotRunTwice) {
  faults_->poison = row_value(1, 0);
  const auto request = rows(1, 1, 4);
  run(whole({request}));
  EXPECT_TRUE(request->error.has_value());
  EXPECT_EQ(runs_.size(), 1U);
}

TEST_F(BatchRunPaddingTest, ASplitRequestThatFailsPaddedFails) {
  faults_->poison = kPadValue;
  const auto large = rows(1, 4, 3);
  run({{large, 0, 2}});
  ASSERT_TRUE(large->error.has_value());
}

TEST_F(BatchRunPaddingTest, WithoutBatchingRequestsRunAsTheyWereGiven) {
  enabled_ = false;
  BatchBuffers buffers(1);
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4)};
  const auto slices = in_buffer(buffers, requests);
  const auto own = rows(3, 1, 2);
  run(slices, buffers.close(slices));
  EXPECT_TRUE(run(whole({own})).has_value());
  expect_own_rows({requests[0], requests[1], own});
  EXPECT_EQ(shapes(), (std::vector<Shape>{{2, 3}, {1, 4}, {1, 2}}));
  for (const auto& request : requests) buffers.release(*request);
}

BatchLayout halved_layout() {
  BatchLayout layout = testing::padding_layout();
  layout.padding.outputs[0].fit = {1, 2, 0, 1};
  return layout;
}

class BatchRunWrongFitTest : public BatchRunPaddingTest {
 protected:
  BatchRunWrongFitTest() : BatchRunPaddingTest(halved_layout()) {}
};

TEST_F(BatchRunWrongFitTest, ResultsOfAnotherLengthThanExpectedAreNoticed) {
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4)};
  EXPECT_EQ(run(whole(requests)), std::nullopt);
  expect_own_rows(requests);
  EXPECT_EQ(shapes(), (std::vector<Shape>{{3, 4}, {2, 3}, {1, 4}})) << "each as it was given";
  EXPECT_TRUE(run_.take_mismatch());
}

TEST_F(BatchRunWrongFitTest, ALoneRequestIsRunAsItWasGiven) {
  const auto request = rows(1, 1, 3);
  run(whole({request}));
  EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(shapes(), (std::vector<Shape>{{1, 4}, {1, 3}}));
  EXPECT_TRUE(run_.take_mismatch());
}

TEST_F(BatchRunWrongFitTest, ASplitRequestFails) {
  const auto large = rows(1, 4, 3);
  run({{large, 0, 2}});
  ASSERT_TRUE(large->error.has_value());
  EXPECT_NE(large->error->message().find("'y' of a batch of 2 rows has the shape [2, 4]"), std::string::npos);
}

class BatchRunHalvedTest : public BatchRunWrongFitTest {
 protected:
  BatchRunHalvedTest() {
    script_->set_action([this](auto inputs, auto outputs) {
      runs_.push_back({inputs[0].dims, {}});
      const Shape dims{inputs[0].dims[0], inputs[0].dims[1] / 2};
      testing::own_memory(outputs[0], DType::kInt64, dims);
      copy_rows(outputs[0].view, {static_cast<size_t>(dims[0]), 0}, inputs[0], {static_cast<size_t>(dims[0]), 0},
                static_cast<size_t>(dims[0]), 0);
    });
  }
};

TEST_F(BatchRunHalvedTest, ResultsAreAsLongAsTheirFitSays) {
  const Requests requests{rows(1, 2, 3), rows(2, 1, 4), rows(3, 1, 2)};
  EXPECT_TRUE(run(whole(requests)).has_value());
  EXPECT_EQ(runs_.size(), 1U);
  const std::vector<Shape> expected{{2, 1}, {1, 2}, {1, 1}};
  for (size_t i = 0; i < requests.size(); ++i) {
    const TensorView& view = requests[i]->outputs[0].view;
    EXPECT_EQ(view.dims, expected[i]);
    EXPECT_EQ(view.bytes, element_count(expected[i]) * sizeof(int64_t));
    for (size_t row = 0; row < requests[i]->rows; ++row) {
      const auto columns = static_cast<size_t>(expected[i][1]);
      EXPECT_EQ(static_cast<const int64_t*>(view.data)[row * columns], row_value(requests[i]->id, row));
    }
  }
}

/// Of two inputs and outputs, the second is neither padded nor cut; all requests have as many columns of it.
BatchLayout one_of_two_layout() {
  BatchLayout layout = testing::padding_layout(2);
  layout.padding.input_axes[1] = kNoAxis;
  layout.padding.outputs[1] = {};
  return layout;
}

class BatchRunOneOfTwoTest : public BatchRunPaddingTest {
 protected:
  BatchRunOneOfTwoTest() : BatchRunPaddingTest(one_of_two_layout()) {}

  std::shared_ptr<Request> rows_of(uint64_t tag, size_t count, size_t columns) {
    auto request = make_rows(nullptr, tag, count, columns, 2);
    request->inputs[1] = make_rows_view(*request, tag, count);
    set_batch_key(*request, layout_, true);
    return request;
  }

 private:
  static TensorView make_rows_view(Request& request, uint64_t tag, size_t count) {
    const auto other = make_rows(nullptr, tag, count, 6);
    request.buffers.push_back(std::move(other->buffers[0]));
    return other->inputs[0];
  }
};

TEST_F(BatchRunOneOfTwoTest, InputsAndOutputsThatAreNotPaddedStayAsTheyAre) {
  BatchBuffers buffers(1);
  const Requests requests{rows_of(1, 2, 3), rows_of(2, 1, 4)};
  const auto slices = in_buffer(buffers, requests);
  EXPECT_TRUE(run(slices, buffers.close(slices)).has_value());
  expect_own_rows(requests);
  const auto gathered = rows_of(3, 1, 2);
  EXPECT_TRUE(run({{gathered, 0, 1}, slices[0]}).has_value());
  expect_own_rows({gathered, requests[0]});
  EXPECT_EQ(shapes(), (std::vector<Shape>{{3, 4}, {3, 4}}));
  for (const auto& request : requests) buffers.release(*request);
}

TEST_F(BatchRunOneOfTwoTest, WhatFailsPaddedIsRunAsItWasGiven) {
  faults_->poison = kPadValue;
  BatchBuffers buffers(1);
  const Requests requests{rows_of(1, 2, 3), rows_of(2, 1, 2)};
  const auto slices = in_buffer(buffers, requests);
  run(slices, buffers.close(slices));
  expect_own_rows(requests);
  for (const auto& request : requests) buffers.release(*request);
}

/// All rows share the second input.
BatchLayout shared_layout() {
  BatchLayout layout = one_of_two_layout();
  layout.input_axes[1] = kNoAxis;
  layout.output_axes[1] = kNoAxis;
  return layout;
}

class BatchRunSharedTest : public BatchRunPaddingTest {
 protected:
  BatchRunSharedTest() : BatchRunPaddingTest(shared_layout()) {}
};

TEST_F(BatchRunSharedTest, InputsThatAllRowsShareAreNotPadded) {
  int64_t shared = 5;
  Requests requests{rows(1, 2, 3), rows(2, 1, 4)};
  for (const auto& request : requests) {
    request->inputs[1] = {DType::kInt64, {1}, &shared, sizeof shared};
    set_batch_key(*request, layout_, true);
    EXPECT_EQ(request->padded_to, 4U);
  }
  EXPECT_EQ(requests[0]->key, requests[1]->key);
  EXPECT_TRUE(run(whole(requests)).has_value());
  for (const auto& request : requests) {
    EXPECT_EQ(request->outputs[1].view.dims, Shape{1});
    EXPECT_EQ(*static_cast<int64_t*>(request->outputs[1].view.data), 5);
    EXPECT_EQ(request->outputs[0].view.dims, request->inputs[0].dims);
  }
}

TEST_F(BatchRunPaddingTest, KeepsNoMemoryOfABatchThatIsOver) {
  const uint64_t before = host_pool().stats().allocated.current;
  run(whole({rows(1, 2, 3), rows(2, 1, 4)}));
  faults_->poison = kPadValue;
  run(whole({rows(1, 2, 3), rows(2, 1, 4)}));
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

}  // namespace
}  // namespace ntrt
