// Whom a request can meet, and what it is like in its batch.

#include "runtime/batch/batch_layout.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ntrt {
namespace {

/// Inputs have the type float32 and what `data` holds.
std::unique_ptr<Request> request_of(const std::vector<Shape>& shapes, float* data = nullptr, size_t num_outputs = 1) {
  auto request = std::make_unique<Request>();
  for (const Shape& shape : shapes) {
    request->inputs.push_back({DType::kFloat32, shape, data, element_count(shape) * sizeof(float)});
  }
  request->outputs.resize(num_outputs);
  for (size_t i = 0; i < num_outputs; ++i) request->outputs[i].index = i;
  return request;
}

BatchLayout layout_of(std::vector<int> input_axes) {
  BatchLayout layout;
  layout.enabled = true;
  layout.input_axes = std::move(input_axes);
  layout.output_axes = {0};
  return layout;
}

void set_key(Request& request, std::vector<int> axes, bool enabled = true) {
  set_batch_key(request, layout_of(std::move(axes)), enabled);
}

bool meet(const std::unique_ptr<Request>& first, const std::unique_ptr<Request>& second, const std::vector<int>& axes) {
  set_key(*first, axes);
  set_key(*second, axes);
  return !first->solo && !second->solo && first->key == second->key;
}

TEST(BatchLayoutKey, IsTheSameForAllNumbersOfRows) {
  const auto request = request_of({{5, 3}});
  set_key(*request, {0});
  EXPECT_FALSE(request->solo);
  EXPECT_EQ(request->rows, 5U);
  EXPECT_TRUE(meet(request_of({{5, 3}}), request_of({{1, 3}}), {0}));
  EXPECT_TRUE(meet(request_of({{3, 5}, {2, 5, 2}}), request_of({{3, 7}, {2, 7, 2}}), {1, 1}));
}

TEST(BatchLayoutKey, TellsOtherDimensionsRanksAndOutputsApart) {
  EXPECT_FALSE(meet(request_of({{1, 3}}), request_of({{1, 4}}), {0}));
  EXPECT_FALSE(meet(request_of({{1, 3}}), request_of({{1, 3, 1}}), {0}));
  EXPECT_FALSE(meet(request_of({{1, 3}, {1}}), request_of({{1}, {1, 3}}), {0, 0}));
  EXPECT_FALSE(meet(request_of({{1, 3}}, nullptr, 1), request_of({{1, 3}}, nullptr, 2), {0}));
}

TEST(BatchLayoutKey, OfRequestsThatHaveNoRowsIsNone) {
  const std::vector<std::pair<std::vector<Shape>, std::vector<int>>> alone = {
      {{{0, 3}}, {0}}, {{{2, 0}}, {0}}, {{{2}}, {1}}, {{{}}, {0}}, {{{2, 3}, {3, 3}}, {0, 0}}, {{}, {}}};
  for (const auto& [shapes, axes] : alone) {
    const auto request = request_of(shapes);
    set_key(*request, axes);
    EXPECT_TRUE(request->solo) << ::testing::PrintToString(shapes);
    EXPECT_EQ(request->rows, 1U);
  }
}

TEST(BatchLayoutKey, IsNoneWhileBatchingIsOff) {
  const auto request = request_of({{5, 3}});
  set_key(*request, {0});
  set_key(*request, {0}, false);
  EXPECT_TRUE(request->solo);
  EXPECT_EQ(request->rows, 1U);
}

TEST(BatchLayoutKey, HasWhatIsInSharedInputs) {
  std::vector<float> data(16, 1);
  std::vector<float> same(16, 1);
  std::vector<float> other(16, 1);
  other[2] = 2;
  const std::vector<Shape> shapes = {{1}, {3}};  // twelve bytes: the last word is half full
  const auto with = [&](std::vector<float>& shared) { return request_of(shapes, shared.data()); };
  EXPECT_TRUE(meet(with(data), with(same), {0, kNoAxis}));
  EXPECT_FALSE(meet(with(data), with(other), {0, kNoAxis}));
  EXPECT_FALSE(meet(request_of({{1}, {2}}, data.data()), with(data), {0, kNoAxis}));
}

TEST(BatchLayoutKey, OfLargeOrTextualSharedInputsIsNone) {
  std::vector<float> data(17, 1);
  const auto large = request_of({{1}, {17}}, data.data());
  set_key(*large, {0, kNoAxis});
  EXPECT_TRUE(large->solo);
  const auto fits = request_of({{1}, {16}}, data.data());
  set_key(*fits, {0, kNoAxis});
  EXPECT_FALSE(fits->solo);
  std::vector<std::string> text{"a"};
  const auto textual = request_of({{1}}, data.data());
  textual->inputs.push_back({DType::kString, {1}, &text, 0});
  set_key(*textual, {0, kNoAxis});
  EXPECT_TRUE(textual->solo);
}

TEST(BatchLayoutKey, OnlyOfSharedInputsIsNone) {
  std::vector<float> data(1);
  const auto request = request_of({{1}}, data.data());
  set_key(*request, {kNoAxis});
  EXPECT_TRUE(request->solo);
}

TEST(BatchLayoutShape, RunTimesAreRememberedByKeyAndByAllDimensionsOfOneThatIsAlone) {
  const auto two = request_of({{2, 3}});
  const auto five = request_of({{5, 3}});
  set_key(*two, {0});
  set_key(*five, {0});
  EXPECT_EQ(shape_key(*two), shape_key(*five));
  run_alone(*two);
  run_alone(*five);
  EXPECT_NE(shape_key(*two), shape_key(*five));
}

/// Padded to 4 or 8.
BatchLayout padding_layout(size_t num_inputs = 1, std::vector<int> padded_axes = {1}) {
  BatchLayout layout = layout_of(std::vector<int>(num_inputs, 0));
  layout.padding.enabled = true;
  layout.padding.buckets = {4, 8};
  layout.padding.lengths = {1, 8, 1};
  layout.padding.input_axes = std::move(padded_axes);
  layout.padding.values.resize(num_inputs);
  return layout;
}

size_t bucket_of(const std::unique_ptr<Request>& request, const BatchLayout& layout) {
  set_batch_key(*request, layout, true);
  return request->padded_to;
}

TEST(BatchLayoutPadding, RequestsOfDifferentLengthsHaveTheKeyOfTheirBucket) {
  const BatchLayout layout = padding_layout();
  const auto one = request_of({{1, 1}});
  const auto four = request_of({{3, 4}});
  const auto five = request_of({{1, 5}});
  EXPECT_EQ(bucket_of(one, layout), 4U);
  EXPECT_EQ(bucket_of(four, layout), 4U);
  EXPECT_EQ(bucket_of(five, layout), 8U);
  EXPECT_EQ(one->key, four->key);
  EXPECT_NE(one->key, five->key);
  EXPECT_TRUE(one->is_padded());
  EXPECT_FALSE(four->is_padded()) << "as long as its bucket";
  EXPECT_EQ(four->rows, 3U);
}

TEST(BatchLayoutPadding, OtherDimensionsStillTellRequestsApart) {
  const BatchLayout layout = padding_layout();
  const auto narrow = request_of({{1, 3, 2}});
  const auto wide = request_of({{1, 3, 5}});
  EXPECT_EQ(bucket_of(narrow, layout), bucket_of(wide, layout));
  EXPECT_NE(narrow->key, wide->key);
}

TEST(BatchLayoutPadding, ALengthOutsideOfTheRangeIsNotPaddedAndStillMeetsItsLike) {
  BatchLayout layout = padding_layout();
  layout.padding.lengths = {2, 8, 2};
  for (const int64_t length : {1, 3, 9}) {
    const auto request = request_of({{1, length}});
    const auto other = request_of({{2, length}});
    EXPECT_EQ(bucket_of(request, layout), 0U);
    EXPECT_EQ(bucket_of(other, layout), 0U);
    EXPECT_FALSE(request->solo);
    EXPECT_EQ(request->key, other->key);
    EXPECT_EQ(row_bytes(*request, layout, 0), static_cast<size_t>(length) * sizeof(float));
  }
}

TEST(BatchLayoutPadding, InputsOfDifferentLengthsAreNotPadded) {
  const BatchLayout layout = padding_layout(2, {1, 2});
  EXPECT_EQ(bucket_of(request_of({{1, 3}, {1, 7, 3}}), layout), 4U);
  EXPECT_EQ(bucket_of(request_of({{1, 3}, {1, 7, 2}}), layout), 0U);
  EXPECT_EQ(bucket_of(request_of({{1, 3}, {1, 3}}), layout), 0U) << "without that dimension";
}

TEST(BatchLayoutPadding, InputsThatAreNotPaddedKeepTheirDimensions) {
  const BatchLayout layout = padding_layout(2, {1, kNoAxis});
  const auto request = request_of({{1, 3}, {1, 3}});
  const auto other = request_of({{1, 3}, {1, 2}});
  EXPECT_EQ(bucket_of(request, layout), 4U);
  EXPECT_EQ(bucket_of(other, layout), 4U);
  EXPECT_NE(request->key, other->key);
  EXPECT_EQ(row_bytes(*request, layout, 0), 4 * sizeof(float));
  EXPECT_EQ(row_bytes(*request, layout, 1), 3 * sizeof(float));
}

TEST(BatchLayoutPadding, ARequestThatMeetsNobodyIsNotPadded) {
  const BatchLayout layout = padding_layout();
  EXPECT_EQ(bucket_of(request_of({{0, 3}}), layout), 0U);
  EXPECT_EQ(bucket_of(request_of({{1, 3, 0}}), layout), 0U);
  const auto request = request_of({{1, 3}});
  EXPECT_EQ(bucket_of(request, layout), 4U);
  run_alone(*request);
  EXPECT_FALSE(request->is_padded());
  bucket_of(request, layout);
  set_batch_key(*request, layout, false);
  EXPECT_FALSE(request->is_padded());
}

TEST(BatchLayoutPadding, IsOffWhereItWasNotProved) {
  BatchLayout layout = padding_layout();
  layout.padding.enabled = false;
  EXPECT_EQ(bucket_of(request_of({{1, 3}}), layout), 0U);
}

TEST(BatchLayoutPadding, RowsAreWrittenWithTheValueBehindThem) {
  std::vector<float> data{1, 2, 3, 4, 5, 6};
  BatchLayout layout = padding_layout();
  layout.padding.values = {*to_element(DType::kFloat32, 9.0)};
  const auto request = request_of({{2, 3}}, data.data());
  bucket_of(request, layout);
  std::vector<float> rows(8);
  ASSERT_EQ(row_bytes(*request, layout, 0), 4 * sizeof(float));
  write_rows(*request, layout, 0, rows.data());
  EXPECT_EQ(rows, (std::vector<float>{1, 2, 3, 9, 4, 5, 6, 9}));
  const auto inner = request_of({{1, 3, 2}}, data.data());
  bucket_of(inner, layout);
  write_rows(*inner, layout, 0, rows.data());
  EXPECT_EQ(rows, (std::vector<float>{1, 2, 3, 4, 5, 6, 9, 9}));
  const auto full = request_of({{1, 4}}, data.data());
  bucket_of(full, layout);
  rows.assign(4, 0);
  write_rows(*full, layout, 0, rows.data());
  EXPECT_EQ(rows, (std::vector<float>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace ntrt
