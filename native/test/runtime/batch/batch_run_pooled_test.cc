// Requests whose inputs and outputs are pooled memory: what runs where it is, and what is copied by the lane.

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/batch/batch_run.h"
#include "test/support/row_requests.h"

namespace ntrt {
namespace {

using testing::make_rows;
using testing::Requests;
using testing::row_value;
using testing::whole;

/// Where a run read its inputs and wrote its outputs.
struct PooledRun {
  std::vector<const void*> inputs;
  std::vector<const void*> written;
};

/// Two inputs of [n, columns], which are the two outputs.
class BatchRunPooledTest : public ::testing::Test {
 protected:
  explicit BatchRunPooledTest(DType type = DType::kFloat64)
      : type_(type),
        model_(script_, SIZE_MAX, testing::row_signature(type, 2)),
        instance_(model_.create_instance()),
        run_(model_.signature(), layout_, enabled_, counters_) {
    script_->set_action([this, action = testing::RowAction(faults_)](auto inputs, auto outputs) {
      PooledRun& seen = runs_.emplace_back();
      for (const TensorView& input : inputs) seen.inputs.push_back(input.data);
      for (OutputRequest& output : outputs) {
        if (!output.into) {
          action(inputs, std::span(&output, 1));
          continue;
        }
        const TensorView& input = inputs[output.index];
        if (output.view.dims != input.dims) throw Error(Code::kShapeMismatch, "does not fit");
        std::memcpy(output.view.data, input.data, input.bytes);
        seen.written.push_back(output.view.data);
      }
    });
  }

  /// Its inputs are pooled memory.
  std::shared_ptr<Request> rows(uint64_t tag, size_t count = 1, size_t columns = 2) {
    auto request = make_rows(nullptr, tag, count, columns, 2);
    for (TensorView& input : request->inputs) input.type = type_;
    request->pooled.assign(2, true);
    set_batch_key(*request, layout_, true);
    return request;
  }
  /// Output 1 of the request goes to pooled memory, which is returned.
  std::vector<int64_t>& aim(Request& request, const Shape& dims) {
    std::vector<int64_t>& memory =
        *targets_.emplace_back(std::make_unique<std::vector<int64_t>>(element_count(dims), -1));
    request.targets.resize(2);
    request.targets[1] = {type_, dims, memory.data(), memory.size() * sizeof(int64_t)};
    return memory;
  }
  void expect_rows(const std::vector<int64_t>& memory, uint64_t tag, size_t columns = 2) {
    for (size_t at = 0; at < memory.size(); ++at) EXPECT_EQ(memory[at], row_value(tag, at / columns));
  }
  void run(const std::vector<Slice>& slices) { run_.run(*instance_, slices, {}); }

  const DType type_;
  const std::shared_ptr<testing::FakeScript> script_ = std::make_shared<testing::FakeScript>();
  const std::shared_ptr<testing::RowFaults> faults_ = std::make_shared<testing::RowFaults>();
  const BatchLayout layout_ = testing::row_layout(2);
  testing::FakeModel model_;
  const std::unique_ptr<Instance> instance_;
  std::atomic<bool> enabled_{true};
  EngineCounters counters_;
  BatchRun run_;
  std::vector<PooledRun> runs_;
  std::vector<std::unique_ptr<std::vector<int64_t>>> targets_;
};

class BatchRunPooledIntegersTest : public BatchRunPooledTest {
 protected:
  BatchRunPooledIntegersTest() : BatchRunPooledTest(DType::kInt64) {}
};

TEST_F(BatchRunPooledTest, OneRequestIsReadAndWrittenWhereItsMemoryIs) {
  const auto request = rows(3, 2);
  const std::vector<int64_t>& memory = aim(*request, {2, 2});
  const void* const input = request->inputs[0].data;
  run(whole({request}));
  ASSERT_FALSE(request->error);
  EXPECT_EQ(runs_.at(0).inputs.at(0), input);
  EXPECT_EQ(runs_.at(0).written, (std::vector<const void*>{memory.data()}));
  expect_rows(memory, 3);
  EXPECT_FALSE(request->outputs[0].into);
  EXPECT_TRUE(request->outputs[1].into);
}

TEST_F(BatchRunPooledIntegersTest, WhatModelsUseAsIndicesIsCopiedBeforeAndAfterTheRun) {
  const auto request = rows(3, 2);
  const std::vector<int64_t>& memory = aim(*request, {2, 2});
  const void* const input = request->inputs[0].data;
  run(whole({request}));
  ASSERT_FALSE(request->error);
  EXPECT_NE(runs_.at(0).inputs.at(0), input);
  EXPECT_TRUE(runs_.at(0).written.empty());
  expect_rows(memory, 3);
  EXPECT_TRUE(request->outputs[1].into);
  EXPECT_EQ(request->outputs[1].view.data, memory.data());
}

TEST_F(BatchRunPooledTest, InABatchEachGetsItsOwnRowsOnce) {
  const Requests requests{rows(1, 2), rows(2, 1), rows(3, 3)};
  const std::vector<int64_t>& first = aim(*requests[0], {2, 2});
  const std::vector<int64_t>& last = aim(*requests[2], {3, 2});
  run(whole(requests));
  ASSERT_EQ(runs_.size(), 1U);
  EXPECT_TRUE(runs_[0].written.empty());
  expect_rows(first, 1);
  expect_rows(last, 3);
  EXPECT_EQ(requests[0]->outputs[1].view.data, first.data());
  EXPECT_FALSE(requests[1]->outputs[1].into);
  EXPECT_EQ(requests[0]->results, requests[1]->results) << "what goes nowhere is not copied";
}

TEST_F(BatchRunPooledTest, OnlyTheRequestFailsWhoseMemoryHasAnotherShape) {
  const Requests requests{rows(1, 2), rows(2, 1)};
  const std::vector<int64_t>& memory = aim(*requests[0], {2, 3});
  const std::vector<int64_t>& other = aim(*requests[1], {1, 2});
  run(whole(requests));
  EXPECT_EQ(runs_.size(), 1U) << "nothing is run again for it";
  ASSERT_TRUE(requests[0]->error);
  EXPECT_EQ(requests[0]->error->code(), Code::kShapeMismatch);
  EXPECT_EQ(memory, std::vector<int64_t>(6, -1));
  ASSERT_FALSE(requests[1]->error);
  expect_rows(other, 2);
}

TEST_F(BatchRunPooledIntegersTest, ARequestAloneFailsWhenItsMemoryHasAnotherShape) {
  const auto request = rows(1, 2);
  const std::vector<int64_t>& memory = aim(*request, {4});
  run(whole({request}));
  ASSERT_TRUE(request->error);
  EXPECT_EQ(request->error->code(), Code::kShapeMismatch);
  EXPECT_EQ(memory, std::vector<int64_t>(4, -1));
}

TEST_F(BatchRunPooledTest, PartsOfARequestAreWrittenWhereTheyBelong) {
  const auto request = rows(5, 5);
  const std::vector<int64_t>& memory = aim(*request, {5, 2});
  run({{request, 3, 2}});
  run({{request, 0, 3}, {rows(6), 0, 1}});
  ASSERT_FALSE(request->error);
  expect_rows(memory, 5);
  EXPECT_TRUE(request->outputs[1].into);
  EXPECT_EQ(request->outputs[0].view.dims, (Shape{5, 2}));
}

TEST_F(BatchRunPooledTest, PartsFailOnceForMemoryOfAnotherShape) {
  const auto request = rows(5, 4);
  const std::vector<int64_t>& memory = aim(*request, {5, 2});
  const auto beside = rows(6);
  run({{request, 0, 2}, {beside, 0, 1}});
  run({{request, 2, 2}});
  ASSERT_TRUE(request->error);
  EXPECT_EQ(request->error->code(), Code::kShapeMismatch);
  EXPECT_EQ(memory, std::vector<int64_t>(10, -1));
  EXPECT_FALSE(beside->error);
}

TEST_F(BatchRunPooledTest, WhenABatchFailsAndIsHalvedEachStillGetsItsRows) {
  faults_->refused_rows = 2;
  const Requests requests{rows(1), rows(2), rows(3)};
  std::vector<std::vector<int64_t>*> memories;
  for (const auto& request : requests) memories.push_back(&aim(*request, {1, 2}));
  run(whole(requests));
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_FALSE(requests[i]->error);
    expect_rows(*memories[i], i + 1);
  }
}

/// Its leases: of the inputs until it has run, of the outputs until its results were taken.
TEST(RequestLeases, OfInputsGoBeforeThoseOfOutputs) {
  auto buffer = std::make_shared<Buffer>(host_pool(), 16);
  void* const data = buffer->data();
  const auto block = std::make_shared<SharedBlock>(std::move(buffer), data, 16);
  Request request;
  request.leases.emplace_back(block, ByteRange{0, 8}, Access::kRead);
  request.leases.emplace_back(block, ByteRange{8, 8}, Access::kWrite);
  request.drop_inputs();
  EXPECT_EQ(block->conflict({0, 8}, Access::kWrite), std::nullopt);
  EXPECT_EQ(block->conflict({8, 8}, Access::kRead), Access::kWrite);
  request.reset();
  EXPECT_EQ(block->conflict({8, 8}, Access::kRead), std::nullopt);
  EXPECT_EQ(block.use_count(), 1);
}

}  // namespace
}  // namespace ntrt
