// Where rows come to stand while their requests are submitted.

#include "runtime/batch_buffers.h"

#include <gtest/gtest.h>

#include "test/support/row_requests.h"

namespace ntrt {
namespace {

using testing::row_value;
using Requests = std::vector<std::shared_ptr<Request>>;

/// Buffers for batches of four rows, and the requests that were offered to them.
class BatchBuffersTest : public ::testing::Test {
 protected:
  /// A request whose rows were copied to their place, if they got one. `waiting`: rows ahead of it; -1: all so far.
  std::shared_ptr<Request> add(size_t rows = 1, size_t columns = 2, int waiting = -1) {
    auto request = testing::make_rows(nullptr, next_tag_++, rows, columns);
    request->borrowed = {true};
    set_batch_key(*request, layout_, true);
    buffers_.reserve(*request, layout_, max_size_, waiting < 0 ? rows_waiting_ : static_cast<size_t>(waiting));
    rows_waiting_ += rows;
    if (!request->slot.buffer) return request;
    void* const place = request->slot.buffer->row(0, request->slot.first_row);
    std::memcpy(place, request->inputs[0].data, request->inputs[0].bytes);
    request->inputs[0].data = place;
    return request;
  }
  void cancel(const std::shared_ptr<Request>& request) {
    rows_waiting_ -= request->rows;
    buffers_.release(*request);
  }
  std::optional<size_t> close(const Requests& requests) {
    std::vector<Slice> slices;
    for (const auto& request : requests) {
      slices.push_back({request, 0, request->rows});
      rows_waiting_ -= request->rows;
    }
    return buffers_.close(slices);
  }
  /// The first value of each row that a batch from `first` on would see.
  static std::vector<int64_t> values(const Request& request, size_t first, size_t rows) {
    std::vector<int64_t> result;
    for (size_t i = 0; i < rows; ++i)
      result.push_back(*reinterpret_cast<int64_t*>(request.slot.buffer->row(0, first + i)));
    return result;
  }

  const BatchLayout layout_ = testing::row_layout();
  size_t max_size_ = 4;
  size_t rows_waiting_ = 0;
  uint64_t next_tag_ = 1;
  BatchBuffers buffers_{2};
};

TEST_F(BatchBuffersTest, RowsComeToStandOneBehindTheOther) {
  const Requests requests{add(), add(2), add()};
  ASSERT_EQ(close(requests), 0U);
  EXPECT_EQ(values(*requests[0], 0, 4),
            (std::vector<int64_t>{row_value(1, 0), row_value(2, 0), row_value(2, 1), row_value(3, 0)}));
}

TEST_F(BatchBuffersTest, WhatDoesNotFitStandsElsewhere) {
  add(3);
  EXPECT_FALSE(add(2)->slot.buffer) << "the buffer has room for four rows";
  EXPECT_FALSE(add(1)->slot.buffer) << "another is ahead that stands elsewhere";
  EXPECT_FALSE(add(5)->slot.buffer) << "more than a batch";
}

TEST_F(BatchBuffersTest, AnotherShapeStandsElsewhereUntilTheBufferIsEmpty) {
  const auto first = add(1, 2);
  EXPECT_FALSE(add(1, 3, 0)->slot.buffer);
  cancel(first);
  EXPECT_TRUE(add(1, 3, 0)->slot.buffer);
  EXPECT_EQ(buffers_.num_buffers(), 1U);
}

TEST_F(BatchBuffersTest, RequestsThatOwnTheirDataOrMeetNobodyGetNoPlace) {
  const auto owner = testing::make_rows(nullptr, 1, 1);
  owner->borrowed = {false};
  set_batch_key(*owner, layout_, true);
  buffers_.reserve(*owner, layout_, 4, 0);
  EXPECT_FALSE(owner->slot.buffer);
  owner->borrowed = {true};
  run_alone(*owner);
  buffers_.reserve(*owner, layout_, 4, 0);
  EXPECT_FALSE(owner->slot.buffer);
  set_batch_key(*owner, testing::row_layout(1, 1), true);
  buffers_.reserve(*owner, testing::row_layout(1, 1), 4, 0);
  EXPECT_FALSE(owner->slot.buffer) << "its rows are not one piece each";
  EXPECT_EQ(buffers_.num_buffers(), 0U);
}

TEST_F(BatchBuffersTest, ThereAreNoMoreThanAllowed) {
  const Requests requests{add(), add()};
  ASSERT_EQ(close({requests[0], requests[1]}), 0U);
  const auto second = add();
  EXPECT_NE(second->slot.buffer, requests[0]->slot.buffer) << "the first is being run";
  ASSERT_EQ(close({second}), 0U);
  EXPECT_FALSE(add(1, 2, 0)->slot.buffer);
  buffers_.release(*second);
  EXPECT_TRUE(add(1, 2, 0)->slot.buffer);
  EXPECT_EQ(buffers_.num_buffers(), 2U);
}

TEST_F(BatchBuffersTest, LastRowsFillTheGaps) {
  const Requests requests{add(), add(), add(), add()};
  cancel(requests[0]);
  cancel(requests[2]);
  ASSERT_EQ(close({requests[1], requests[3]}), 1U);
  EXPECT_EQ(values(*requests[1], 1, 2), (std::vector<int64_t>{row_value(2, 0), row_value(4, 0)}));
  EXPECT_EQ(*static_cast<int64_t*>(requests[3]->inputs[0].data), row_value(4, 0));
  buffers_.release(*requests[1]);
  buffers_.release(*requests[3]);
  EXPECT_TRUE(add(1, 2, 0)->slot.buffer);
}

TEST_F(BatchBuffersTest, GapsThatCannotBeFilledAreTold) {
  const Requests requests{add(), add(), add(2)};
  cancel(requests[1]);
  EXPECT_EQ(close({requests[0], requests[2]}), std::nullopt) << "two rows do not fit into the gap of one";
  EXPECT_EQ(*static_cast<int64_t*>(requests[2]->inputs[0].data), row_value(3, 0));
}

TEST_F(BatchBuffersTest, RowsOfOthersInBetweenAreLeftAlone) {
  const Requests requests{add(), add(), add()};
  EXPECT_EQ(close({requests[0], requests[2]}), std::nullopt);
  EXPECT_EQ(values(*requests[0], 0, 3), (std::vector<int64_t>{row_value(1, 0), row_value(2, 0), row_value(3, 0)}));
}

TEST_F(BatchBuffersTest, PartsAndStrangersAreGathered) {
  const auto here = add(2);
  const auto elsewhere = add(3);
  EXPECT_EQ(close({here, elsewhere}), std::nullopt);
  EXPECT_EQ(buffers_.close(std::vector<Slice>{{here, 0, 1}}), std::nullopt);
  EXPECT_EQ(buffers_.close(std::vector<Slice>{{elsewhere, 0, 3}}), std::nullopt);
}

TEST_F(BatchBuffersTest, ABufferHasTheSizeOfTheBatchesOfItsTime) {
  add();
  max_size_ = 8;
  EXPECT_FALSE(add()->slot.buffer);
}

TEST_F(BatchBuffersTest, BatchesThatWouldTakeTooMuchAreGathered) {
  max_size_ = BatchBuffers::kMaxBytes;
  EXPECT_FALSE(add()->slot.buffer);
  max_size_ = BatchBuffers::kMaxBytes / 16;
  EXPECT_TRUE(add(1, 2, 0)->slot.buffer);
}

TEST_F(BatchBuffersTest, ReleaseOfARequestWithoutAPlaceDoesNothing) {
  const auto request = testing::make_rows(nullptr, 1, 1);
  request->borrowed = {true};
  set_batch_key(*request, layout_, true);
  buffers_.release(*request);  // it has none
  EXPECT_FALSE(request->slot.buffer);
}

TEST_F(BatchBuffersTest, MemoryGoesBackWithTheLastRow) {
  const uint64_t before = host_pool().stats().allocated.current;
  Requests requests{add(), add()};
  buffers_.release(*requests[0]);
  EXPECT_GT(host_pool().stats().allocated.current, before);
  buffers_.release(*requests[1]);
  for (const auto& request : requests) request->buffers.clear();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

}  // namespace
}  // namespace ntrt
