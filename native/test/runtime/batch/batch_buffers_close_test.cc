// Whether a batch that starts lies in one piece, and how holes in it are filled.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "memory/pools.h"
#include "test/support/batch_requests.h"

namespace ntrt {
namespace {

using testing::make_rows;
using testing::number_in;
using testing::RowsRequest;
using testing::TestBuffers;

TEST(BatchBuffersClose, WholeRequestsThatLieTogetherAreOnePiece) {
  TestBuffers buffers;
  const auto a = buffers.add(1, 2);
  const auto b = buffers.add(2);
  EXPECT_EQ(buffers.close({a, b}), 0U);
  EXPECT_EQ(number_in(*a->slot.buffer, 0), 1);
  EXPECT_EQ(number_in(*a->slot.buffer, 2), 2);
}

TEST(BatchBuffersClose, TheirOrderInTheBatchMayBeAnother) {
  TestBuffers buffers;
  const auto a = buffers.add(1, 2);
  const auto b = buffers.add(2, 3);
  EXPECT_EQ(buffers.close({b, a}), 0U);
  EXPECT_EQ(b->slot.first_row, 2U) << "nothing is moved";
}

TEST(BatchBuffersClose, TheFirstRowsMayBeLeftOut) {
  TestBuffers buffers;
  const auto a = buffers.add(1, 2);
  const auto b = buffers.add(2);
  const auto c = buffers.add(3);
  EXPECT_EQ(buffers.close({b, c}), 2U);
  EXPECT_EQ(buffers.close({a}), 0U);
}

TEST(BatchBuffersClose, TakesNoNewRowsAfterwards) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  buffers.close({a});
  const auto b = buffers.add(2);
  ASSERT_NE(b->slot.buffer, nullptr);
  EXPECT_NE(b->slot.buffer, a->slot.buffer);
}

TEST(BatchBuffersClose, ABatchThatHasToBeGatheredClosesTheBufferToo) {
  for (const bool comes_first : {true, false}) {
    TestBuffers buffers;
    const auto a = buffers.add(1);
    const auto own = make_rows(2);
    EXPECT_EQ(comes_first ? buffers.close({a, own}) : buffers.close({own, a}), std::nullopt);
    buffers.set_waiting(0);
    const auto b = buffers.add(3);
    ASSERT_NE(b->slot.buffer, nullptr);
    EXPECT_NE(b->slot.buffer, a->slot.buffer);
  }
}

TEST(BatchBuffersClose, ABatchThatStandsElsewhereLeavesTheBufferOpen) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const std::vector<Slice> elsewhere = {{make_rows(2), 0, 1}};
  EXPECT_EQ(buffers->close(elsewhere), std::nullopt);
  EXPECT_EQ(buffers.add(3)->slot.buffer, a->slot.buffer);
}

TEST(BatchBuffersClose, AHoleIsFilledWithTheLastRow) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto b = buffers.add(2);
  const auto c = buffers.add(3);
  const auto d = buffers.add(4);
  buffers.take_back(*b);
  EXPECT_EQ(buffers.close({a, c, d}), 0U);
  EXPECT_EQ(d->slot.first_row, 1U);
  EXPECT_EQ(number_in(*d->slot.buffer, 1), 4);
  EXPECT_EQ(d->inputs[0].data, d->slot.buffer->row(0, 1)) << "its input is where its row is";
  EXPECT_EQ(c->slot.first_row, 2U);
}

TEST(BatchBuffersClose, AHoleAtTheBeginningIsNoneOfTheBatch) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto b = buffers.add(2);
  const auto c = buffers.add(3);
  buffers.take_back(*a);
  EXPECT_EQ(buffers.close({b, c}), 1U);
  EXPECT_EQ(b->slot.first_row, 1U) << "nothing is moved";
}

TEST(BatchBuffersClose, AHoleOfSeveralRowsIsFilledWithSeveral) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto hole = buffers.add(2, 2);
  const auto b = buffers.add(3);
  const auto c = buffers.add(4);
  buffers.take_back(*hole);
  EXPECT_EQ(buffers.close({a, b, c}), 0U);
  EXPECT_EQ((std::set<size_t>{a->slot.first_row, b->slot.first_row, c->slot.first_row}), (std::set<size_t>{0, 1, 2}));
}

TEST(BatchBuffersClose, RowsOfALargerRequestAreNotMoved) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto hole = buffers.add(2, 2);
  const auto b = buffers.add(3, 2);
  buffers.take_back(*hole);
  EXPECT_EQ(buffers.close({a, b}), std::nullopt);
  EXPECT_EQ(b->slot.first_row, 3U);
  EXPECT_EQ(number_in(*b->slot.buffer, 3), 3);
}

TEST(BatchBuffersClose, RowsOfAnotherInBetweenAreLeftAlone) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto stays = buffers.add(2);
  const auto b = buffers.add(3);
  EXPECT_EQ(buffers.close({a, b}), std::nullopt);
  EXPECT_EQ(number_in(*a->slot.buffer, 0), 1);
  EXPECT_EQ(number_in(*a->slot.buffer, 1), 2);
  EXPECT_EQ(number_in(*a->slot.buffer, b->slot.first_row), 3);
}

TEST(BatchBuffersClose, ARequestWithMemoryOfItsOwnMeansGathering) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto own = make_rows(2);
  EXPECT_EQ(buffers.close({a, own}), std::nullopt);
  EXPECT_EQ(buffers.close({own, a}), std::nullopt);
}

TEST(BatchBuffersClose, PartOfARequestMeansGathering) {
  TestBuffers buffers;
  const auto a = buffers.add(1, 3);
  const std::vector<Slice> part = {{a, 0, 2}};
  EXPECT_EQ(buffers->close(part), std::nullopt);
}

TEST(BatchBuffersClose, RowsOfTwoBuffersMeanGathering) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto b = buffers.add(2);
  buffers.close({a});
  buffers.set_waiting(0);
  const auto c = buffers.add(3);
  ASSERT_NE(c->slot.buffer, b->slot.buffer);
  EXPECT_EQ(buffers.close({b, c}), std::nullopt);
}

/// One float input of [rows, up to 4], padded to 4 with -1.
BatchLayout padded_layout() {
  BatchLayout layout = testing::row_layout();
  layout.padding.enabled = true;
  layout.padding.buckets = {4};
  layout.padding.lengths = {1, 4, 1};
  layout.padding.input_axes = {1};
  layout.padding.values = {*to_element(DType::kFloat32, -1.0)};
  layout.padding.outputs = {{1, {}}};
  return layout;
}

TEST(BatchBuffersClose, AHoleIsFilledWithAPaddedRow) {
  const BatchLayout layout = padded_layout();
  BatchBuffers buffers(1);
  std::vector<std::shared_ptr<RowsRequest>> requests;
  for (const int64_t length : {2, 4, 1, 3}) {
    const size_t waiting = requests.size();
    const auto& request = requests.emplace_back(make_rows(static_cast<float>(length), 1, layout, length));
    buffers.reserve(*request, layout, 8, waiting);
    ASSERT_TRUE(request->slot.buffer) << "all have the key of their bucket";
    EXPECT_EQ(request->slot.buffer->row_bytes(0), 4 * sizeof(float));
    void* const row = request->slot.buffer->row(0, request->slot.first_row);
    write_rows(*request, layout, 0, row);
    request->inputs[0].data = row;
  }
  buffers.release(*requests[1]);
  const std::vector<Slice> slices = {{requests[0], 0, 1}, {requests[2], 0, 1}, {requests[3], 0, 1}};
  ASSERT_EQ(buffers.close(slices), 0U);
  const auto* const rows = reinterpret_cast<const float*>(requests[0]->slot.buffer->row(0, 0));
  EXPECT_EQ(std::vector<float>(rows, rows + 12), (std::vector<float>{2, 2, -1, -1, 3, 3, 3, -1, 1, -1, -1, -1}));
  EXPECT_EQ(requests[3]->slot.first_row, 1U);
  for (const Slice& slice : slices) buffers.release(static_cast<Request&>(*slice.item));
}

// Requests come, some go, batches start: each finds its own numbers, in one piece or not, and memory comes back.
TEST(BatchBuffersClose, WhateverComesAndGoesEachFindsItsOwnRows) {
  const uint64_t before = host_pool().stats().allocated.current;
  std::mt19937_64 random(3);
  size_t in_one_piece = 0;
  for (int round = 0; round < 3000; ++round) {
    TestBuffers buffers(1, 8);
    std::vector<std::shared_ptr<RowsRequest>> queue;
    for (size_t rows = 0; rows < 8;) {
      queue.push_back(buffers.add(static_cast<float>(rows), random() % 4 == 0 ? std::min<size_t>(2, 8 - rows) : 1));
      rows += queue.back()->rows;
    }
    std::vector<Slice> batch;
    std::vector<std::shared_ptr<RowsRequest>> others;
    for (const auto& request : queue) {
      const size_t what = random() % 5;
      if (what == 0) buffers.take_back(*request);
      if (what == 1) others.push_back(request);
      if (what > 1) batch.push_back({request, 0, request->rows});
    }
    std::shuffle(batch.begin(), batch.end(), random);
    if (batch.empty()) continue;
    const auto first = buffers->close(batch);
    std::set<size_t> rows;
    for (const Slice& slice : batch) others.push_back(std::static_pointer_cast<RowsRequest>(slice.item));
    for (const auto& request : others) {
      for (size_t i = 0; i < request->rows; ++i) {
        ASSERT_EQ(number_in(*request->slot.buffer, request->slot.first_row + i), request->data[0]) << round;
        ASSERT_TRUE(rows.insert(request->slot.first_row + i).second) << "a row of two requests, round " << round;
      }
      ASSERT_EQ(request->inputs[0].data, request->slot.buffer->row(0, request->slot.first_row));
    }
    size_t num_rows = 0;
    for (const Slice& slice : batch) num_rows += slice.num_rows;
    for (const Slice& slice : batch) {
      const auto& request = static_cast<RowsRequest&>(*slice.item);
      if (!first) continue;
      ASSERT_GE(request.slot.first_row, *first);
      ASSERT_LE(request.slot.first_row + request.rows, *first + num_rows);
    }
    in_one_piece += first ? 1 : 0;
    for (const auto& request : others) buffers.release(*request);
    for (const auto& request : queue) buffers.release(*request);
    ASSERT_EQ(host_pool().stats().allocated.current, before);
  }
  EXPECT_GT(in_one_piece, 500U);
  EXPECT_LT(in_one_piece, 2900U);
}

}  // namespace
}  // namespace ntrt
