// Whom a request can meet, and how rows are copied.

#include "runtime/batch_layout.h"

#include <gtest/gtest.h>

#include <numeric>
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

/// Rows [3, 4) of five go to rows [1, 2) of three, along `axis` of a tensor whose other dimensions are 2 and 2.
std::vector<int16_t> copied(int axis) {
  std::vector<int16_t> source(20);
  std::iota(source.begin(), source.end(), int16_t{0});
  std::vector<int16_t> target(12, -1);
  Shape from_dims{2, 2, 2};
  Shape to_dims{2, 2, 2};
  from_dims[static_cast<size_t>(axis)] = 5;
  to_dims[static_cast<size_t>(axis)] = 3;
  copy_rows({DType::kInt16, to_dims, target.data(), 24}, {3, 1}, {DType::kInt16, from_dims, source.data(), 40}, {5, 3},
            1, axis);
  return target;
}

TEST(BatchLayoutRows, AreCopiedAlongAnyAxis) {
  EXPECT_EQ(copied(0), (std::vector<int16_t>{-1, -1, -1, -1, 12, 13, 14, 15, -1, -1, -1, -1}));
  EXPECT_EQ(copied(1), (std::vector<int16_t>{-1, -1, 6, 7, -1, -1, -1, -1, 16, 17, -1, -1}));
  EXPECT_EQ(copied(2), (std::vector<int16_t>{-1, 3, -1, -1, 8, -1, -1, 13, -1, -1, 18, -1}));
}

TEST(BatchLayoutRows, SeveralAreCopiedAtOnce) {
  std::vector<int32_t> source{1, 2, 3, 4, 5, 6};
  std::vector<int32_t> target(8, 0);
  copy_rows({DType::kInt32, {4, 2}, target.data(), 32}, {4, 2}, {DType::kInt32, {3, 2}, source.data(), 24}, {3, 1}, 2,
            0);
  EXPECT_EQ(target, (std::vector<int32_t>{0, 0, 0, 0, 3, 4, 5, 6}));
}

TEST(BatchLayoutRows, OfTextAreCopiedToo) {
  std::vector<std::string> source{"a", "b", "c", "d", "e", "f"};
  std::vector<std::string> rows(4);
  copy_rows({DType::kString, {2, 2}, &rows, 0}, {2, 1}, {DType::kString, {3, 2}, &source, 0}, {3, 2}, 1, 0);
  EXPECT_EQ(rows, (std::vector<std::string>{"", "", "e", "f"}));
  std::vector<std::string> columns(4);
  copy_rows({DType::kString, {2, 2}, &columns, 0}, {2, 0}, {DType::kString, {2, 3}, &source, 0}, {3, 1}, 2, 1);
  EXPECT_EQ(columns, (std::vector<std::string>{"b", "c", "e", "f"}));
}

TEST(BatchLayoutRows, WithoutElementsNeedNoMemory) {
  copy_rows({DType::kFloat32, {2, 0}, nullptr, 0}, {2, 1}, {DType::kFloat32, {1, 0}, nullptr, 0}, {1, 0}, 1, 0);
}

TEST(BatchLayoutRows, WithoutAnAxisAreTheWholeTensor) {
  std::vector<float> source{1, 2, 3};
  std::vector<float> target(3);
  copy_rows({DType::kFloat32, {3}, target.data(), 12}, {1, 0}, {DType::kFloat32, {3}, source.data(), 12}, {1, 0}, 1,
            kNoAxis);
  EXPECT_EQ(target, source);
}

}  // namespace
}  // namespace ntrt
