// Which requests are given rows of the open buffer.

#include <gtest/gtest.h>

#include "memory/pools.h"
#include "test/support/batch_requests.h"

namespace ntrt {
namespace {

using testing::make_rows;
using testing::row_layout;
using testing::TestBuffers;

uint64_t bytes_in_use() { return host_pool().stats().allocated.current; }

TEST(BatchBuffersReserve, RowsAreGivenOutOneBehindTheOther) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  const auto b = buffers.add(2, 3);
  const auto c = buffers.add(3);
  ASSERT_NE(a->slot.buffer, nullptr);
  EXPECT_EQ(b->slot.buffer, a->slot.buffer);
  EXPECT_EQ(c->slot.buffer, a->slot.buffer);
  EXPECT_EQ(a->slot.first_row, 0U);
  EXPECT_EQ(b->slot.first_row, 1U);
  EXPECT_EQ(c->slot.first_row, 4U);
  EXPECT_EQ(a->slot.buffer->row_bytes(0), testing::kRowFloats * sizeof(float));
  EXPECT_EQ(buffers->num_buffers(), 1U);
}

TEST(BatchBuffersReserve, AFullBufferGivesNoneAndOneThatDoesNotFitNeither) {
  TestBuffers buffers(2, 4);
  const auto a = buffers.add(1, 3);
  EXPECT_EQ(buffers.add(2, 2)->slot.buffer, nullptr);
  buffers.set_waiting(3);
  EXPECT_NE(buffers.add(3, 1)->slot.buffer, nullptr);
  EXPECT_EQ(buffers.add(4, 1)->slot.buffer, nullptr);
}

TEST(BatchBuffersReserve, ARequestBehindOthersThatStandElsewhereGetsNone) {
  TestBuffers buffers;
  buffers.set_waiting(1);
  EXPECT_EQ(buffers.add(1)->slot.buffer, nullptr) << "no buffer is opened for a batch that has begun without one";
  buffers.set_waiting(0);
  const auto b = buffers.add(2);
  EXPECT_NE(b->slot.buffer, nullptr);
  buffers.set_waiting(5);
  EXPECT_EQ(buffers.add(3)->slot.buffer, nullptr);
}

TEST(BatchBuffersReserve, AnotherKeyGetsNoneWhileOneIsOpen) {
  TestBuffers buffers;
  const auto a = buffers.add(1);
  EXPECT_EQ(buffers.add(2, 1, 5)->slot.buffer, nullptr);
  buffers.close({a});
  EXPECT_NE(buffers.add(3, 1, 5)->slot.buffer, nullptr);
}

TEST(BatchBuffersReserve, RequestsThatMeetNobodyOrAreSplitGetNone) {
  TestBuffers buffers(2, 4);
  EXPECT_EQ(buffers.add(1, 5)->slot.buffer, nullptr);
  const auto solo = make_rows(1);
  run_alone(*solo);
  buffers->reserve(*solo, row_layout(), 4, 0);
  EXPECT_EQ(solo->slot.buffer, nullptr);
  EXPECT_EQ(buffers->num_buffers(), 0U);
}

TEST(BatchBuffersReserve, RowsThatAreNotPlainMemoryOfTheCallerGetNone) {
  TestBuffers buffers;
  const auto owned = make_rows(1);
  owned->borrowed = {false};
  buffers->reserve(*owned, row_layout(), 4, 0);
  EXPECT_EQ(owned->slot.buffer, nullptr);

  BatchLayout second_axis = row_layout();
  second_axis.input_axes = {1};
  const auto apart = make_rows(1, 1, second_axis);
  buffers->reserve(*apart, second_axis, 4, 0);
  EXPECT_EQ(apart->slot.buffer, nullptr) << "its rows do not lie one behind the other";

  const auto strings = make_rows(1);
  strings->inputs[0].type = DType::kString;
  buffers->reserve(*strings, row_layout(), 4, 0);
  EXPECT_EQ(strings->slot.buffer, nullptr);
}

TEST(BatchBuffersReserve, AnInputThatAllRowsShareTakesNoMemory) {
  BatchLayout layout = row_layout();
  layout.input_axes = {0, kNoAxis};
  float shared = 5;
  const auto request = make_rows(1);
  request->inputs.push_back({DType::kFloat32, {1}, &shared, sizeof shared});
  request->borrowed = {true, true};
  set_batch_key(*request, layout, true);
  TestBuffers buffers;
  const uint64_t before = bytes_in_use();
  buffers->reserve(*request, layout, 8, 0);
  ASSERT_NE(request->slot.buffer, nullptr);
  EXPECT_EQ(request->slot.buffer->row_bytes(1), 0U);
  EXPECT_EQ(bytes_in_use() - before, 8 * testing::kRowFloats * sizeof(float));
  buffers->release(*request);
}

TEST(BatchBuffersReserve, ABatchOfTooManyBytesGetsNone) {
  TestBuffers buffers(2, 8);
  const auto floats = static_cast<int64_t>(BatchBuffers::kMaxBytes / 8 / sizeof(float));
  EXPECT_EQ(buffers.add(1, 1, floats + 1)->slot.buffer, nullptr);
  const auto largest = buffers.add(1, 1, floats);
  EXPECT_NE(largest->slot.buffer, nullptr);
  buffers.release(*largest);
}

TEST(BatchBuffersReserve, ThereAreNoMoreBuffersThanAllowed) {
  TestBuffers buffers(2);
  const auto a = buffers.add(1);
  buffers.close({a});
  const auto b = buffers.add(2);
  buffers.close({b});
  EXPECT_NE(b->slot.buffer, a->slot.buffer) << "a is still being run";
  EXPECT_EQ(buffers.add(3)->slot.buffer, nullptr);
  buffers.set_waiting(0);
  const auto was = a->slot.buffer;
  buffers.release(*a);
  EXPECT_EQ(buffers.add(4)->slot.buffer, was) << "the one that came free";
  EXPECT_EQ(buffers->num_buffers(), 2U);
}

TEST(BatchBuffersReserve, WhenAllRowsWereGivenBackTheMemoryIs) {
  TestBuffers buffers;
  const uint64_t before = bytes_in_use();
  const auto a = buffers.add(1);
  const auto b = buffers.add(2, 2);
  EXPECT_GT(bytes_in_use(), before);
  buffers.close({a, b});
  buffers.release(*a);
  EXPECT_GT(bytes_in_use(), before);
  buffers.release(*b);
  EXPECT_EQ(bytes_in_use(), before);
  EXPECT_EQ(b->slot.buffer, nullptr);
  buffers.release(*b);
  EXPECT_EQ(bytes_in_use(), before) << "twice is once";
}

TEST(BatchBuffersReserve, AnOpenBufferWhoseRowsAllWentIsOpenedAnew) {
  TestBuffers buffers(1);
  const auto a = buffers.add(1);
  buffers.take_back(*a);
  const auto b = buffers.add(2);
  ASSERT_NE(b->slot.buffer, nullptr);
  EXPECT_EQ(b->slot.first_row, 0U);
  EXPECT_EQ(testing::number_in(*b->slot.buffer, 0), 2);
}

TEST(BatchBuffersReserve, RowsAreNotGivenOutTwiceWhileTheBufferIsOpen) {
  TestBuffers buffers(1, 3);
  const auto a = buffers.add(1);
  const auto b = buffers.add(2);
  buffers.take_back(*a);
  const auto c = buffers.add(3);
  EXPECT_EQ(c->slot.first_row, 2U);
  EXPECT_EQ(buffers.add(4)->slot.buffer, nullptr);
}

TEST(BatchBuffersReserve, ANewMaximumHoldsForTheNextBuffer) {
  TestBuffers buffers(2, 8);
  const auto a = buffers.add(1);
  buffers.set_max_size(4);
  EXPECT_EQ(buffers.add(2)->slot.buffer, nullptr);
  buffers.close({a});
  buffers.set_waiting(0);
  const auto c = buffers.add(3, 4);
  EXPECT_NE(c->slot.buffer, nullptr);
}

}  // namespace
}  // namespace ntrt
