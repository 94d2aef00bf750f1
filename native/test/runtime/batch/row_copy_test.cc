// Copies of rows, and of what two tensors of different lengths have in common.

#include "runtime/batch/row_copy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"

namespace ntrt {
namespace {

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

TEST(RowCopy, AreCopiedAlongAnyAxis) {
  EXPECT_EQ(copied(0), (std::vector<int16_t>{-1, -1, -1, -1, 12, 13, 14, 15, -1, -1, -1, -1}));
  EXPECT_EQ(copied(1), (std::vector<int16_t>{-1, -1, 6, 7, -1, -1, -1, -1, 16, 17, -1, -1}));
  EXPECT_EQ(copied(2), (std::vector<int16_t>{-1, 3, -1, -1, 8, -1, -1, 13, -1, -1, 18, -1}));
}

TEST(RowCopy, SeveralAreCopiedAtOnce) {
  std::vector<int32_t> source{1, 2, 3, 4, 5, 6};
  std::vector<int32_t> target(8, 0);
  copy_rows({DType::kInt32, {4, 2}, target.data(), 32}, {4, 2}, {DType::kInt32, {3, 2}, source.data(), 24}, {3, 1}, 2,
            0);
  EXPECT_EQ(target, (std::vector<int32_t>{0, 0, 0, 0, 3, 4, 5, 6}));
}

TEST(RowCopy, OfTextAreCopiedToo) {
  std::vector<std::string> source{"a", "b", "c", "d", "e", "f"};
  std::vector<std::string> rows(4);
  copy_rows({DType::kString, {2, 2}, &rows, 0}, {2, 1}, {DType::kString, {3, 2}, &source, 0}, {3, 2}, 1, 0);
  EXPECT_EQ(rows, (std::vector<std::string>{"", "", "e", "f"}));
  std::vector<std::string> columns(4);
  copy_rows({DType::kString, {2, 2}, &columns, 0}, {2, 0}, {DType::kString, {2, 3}, &source, 0}, {3, 1}, 2, 1);
  EXPECT_EQ(columns, (std::vector<std::string>{"b", "c", "e", "f"}));
}

TEST(RowCopy, WithoutElementsNeedNoMemory) {
  copy_rows({DType::kFloat32, {2, 0}, nullptr, 0}, {2, 1}, {DType::kFloat32, {1, 0}, nullptr, 0}, {1, 0}, 1, 0);
}

TEST(RowCopy, WithoutAnAxisAreTheWholeTensor) {
  std::vector<float> source{1, 2, 3};
  std::vector<float> target(3);
  copy_rows({DType::kFloat32, {3}, target.data(), 12}, {1, 0}, {DType::kFloat32, {3}, source.data(), 12}, {1, 0}, 1,
            kNoAxis);
  EXPECT_EQ(target, source);
}

TensorView view_of(Shape dims, std::vector<int16_t>& data) {
  return {DType::kInt16, std::move(dims), data.data(), data.size() * sizeof(int16_t)};
}

TEST(RowCopy, OfATensorThatIsShorterInsideItsRowsGoesToTheirBeginnings) {
  std::vector<int16_t> source{1, 2, 3, 4, 5, 6};
  std::vector<int16_t> target(8, -1);
  copy_rows(view_of({2, 4}, target), {2, 0}, view_of({2, 3}, source), {2, 0}, 2, 0);
  EXPECT_EQ(target, (std::vector<int16_t>{1, 2, 3, -1, 4, 5, 6, -1}));
}

TEST(RowCopy, OfATensorThatIsLongerInsideItsRowsTakesTheirBeginnings) {
  std::vector<int16_t> source{1, 2, 3, 4, 5, 6, 7, 8};
  std::vector<int16_t> target(6, -1);
  copy_rows(view_of({2, 3}, target), {2, 0}, view_of({2, 4}, source), {2, 0}, 2, 0);
  EXPECT_EQ(target, (std::vector<int16_t>{1, 2, 3, 5, 6, 7}));
}

TEST(RowCopy, CutsAMiddleDimension) {
  std::vector<int16_t> source(12);
  std::iota(source.begin(), source.end(), int16_t{0});
  std::vector<int16_t> target(4, -1);
  copy_rows(view_of({1, 2, 2}, target), {1, 0}, view_of({2, 3, 2}, source), {2, 1}, 1, 0);
  EXPECT_EQ(target, (std::vector<int16_t>{6, 7, 8, 9}));
}

TEST(RowCopy, OfTextOfAnotherLength) {
  std::vector<std::string> source{"a", "b", "c", "d"};
  std::vector<std::string> target(6, "-");
  copy_rows({DType::kString, {2, 3}, &target, 0}, {2, 0}, {DType::kString, {2, 2}, &source, 0}, {2, 0}, 2, 0);
  EXPECT_EQ(target, (std::vector<std::string>{"a", "b", "-", "c", "d", "-"}));
  std::vector<std::string> back(4);
  copy_rows({DType::kString, {2, 2}, &back, 0}, {2, 0}, {DType::kString, {2, 3}, &target, 0}, {2, 0}, 2, 0);
  EXPECT_EQ(back, source);
}

TEST(RowCopy, OfAScalarCopiesIt) {
  std::vector<int16_t> source{7};
  std::vector<int16_t> target{0};
  copy_rows(view_of({}, target), {1, 0}, view_of({}, source), {1, 0}, 1, kNoAxis);
  EXPECT_EQ(target, source);
}

TEST(RowCopy, TakesMoreDimensionsThanTensorsOfCallersHave) {
  Shape dims(3 * kMaxRank, 1);
  dims.back() = 2;
  std::vector<int16_t> source{1, 2, 3, 4};
  std::vector<int16_t> target(2);
  Shape two = dims;
  two[0] = 2;
  copy_rows(view_of(dims, target), {1, 0}, view_of(two, source), {2, 1}, 1, 0);
  EXPECT_EQ(target, (std::vector<int16_t>{3, 4}));
  // Every dimension differs: no model gets here.
  std::vector<int16_t> one(1);
  const Shape all_ones(kMaxRank + 1, 1);
  const Shape all_twos(kMaxRank + 1, 2);
  EXPECT_THROW(
      copy_rows(view_of(all_ones, one), {1, 0}, {DType::kInt16, all_twos, source.data(), 0}, {1, 0}, 1, kNoAxis),
      Error);
}

/// What copy_rows() should do, element by element. `mistake`: it takes the length of the source for that of the target.
void copy_naively(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
                  int axis, bool mistake = false) {
  const size_t rank = to.dims.size();
  std::vector<size_t> to_sizes(to.dims.begin(), to.dims.end());
  std::vector<size_t> from_sizes(from.dims.begin(), from.dims.end());
  std::vector<size_t> extents;
  for (size_t d = 0; d < rank; ++d) {
    const bool is_rows = static_cast<int>(d) == axis;
    extents.push_back(is_rows ? count : std::min(to_sizes[d], from_sizes[d]));
    if (!is_rows && mistake) to_sizes[d] = from_sizes[d];
  }
  const size_t total = std::accumulate(extents.begin(), extents.end(), size_t{1}, std::multiplies<>());
  for (size_t n = 0; n < total; ++n) {
    size_t rest = n;
    size_t to_at = 0;
    size_t from_at = 0;
    size_t to_stride = 1;
    size_t from_stride = 1;
    for (size_t d = rank; d-- > 0;) {
      const size_t at = rest % extents[d];
      rest /= extents[d];
      const bool is_rows = static_cast<int>(d) == axis;
      to_at += (at + (is_rows ? to_range.first : 0)) * to_stride;
      from_at += (at + (is_rows ? from_range.first : 0)) * from_stride;
      to_stride *= to_sizes[d];
      from_stride *= from_sizes[d];
    }
    if (to_at < to.bytes / sizeof(int16_t)) {
      static_cast<int16_t*>(to.data)[to_at] = static_cast<const int16_t*>(from.data)[from_at];
    }
  }
}

TEST(RowCopy, OfAnyShapesIsWhatACopyElementByElementIs) {
  std::mt19937_64 random(11);
  const auto below = [&](uint64_t n) { return static_cast<size_t>(random() % n); };
  size_t mistakes_found = 0;
  for (int round = 0; round < 20'000; ++round) {
    const size_t rank = below(6);
    const int axis = static_cast<int>(below(rank + 1)) - 1;
    Shape to_dims;
    Shape from_dims;
    for (size_t d = 0; d < rank; ++d) {
      to_dims.push_back(static_cast<int64_t>(below(8) == 0 ? 0 : 1 + below(3)));
      from_dims.push_back(below(2) == 0 ? to_dims.back() : static_cast<int64_t>(1 + below(3)));
    }
    RowRange to_range{1, 0};
    RowRange from_range{1, 0};
    size_t count = 1;
    if (axis != kNoAxis) {
      to_range.rows = static_cast<size_t>(to_dims[static_cast<size_t>(axis)]);
      from_range.rows = static_cast<size_t>(from_dims[static_cast<size_t>(axis)]);
      count = below(std::min(to_range.rows, from_range.rows) + 1);
      to_range.first = below(to_range.rows - count + 1);
      from_range.first = below(from_range.rows - count + 1);
    }
    std::vector<int16_t> source(element_count(from_dims));
    std::iota(source.begin(), source.end(), int16_t{1});
    std::vector<int16_t> target(element_count(to_dims), -1);
    std::vector<int16_t> expected = target;
    std::vector<int16_t> wrong = target;
    const TensorView from = view_of(from_dims, source);
    copy_rows(view_of(to_dims, target), to_range, from, from_range, count, axis);
    copy_naively(view_of(to_dims, expected), to_range, from, from_range, count, axis);
    copy_naively(view_of(to_dims, wrong), to_range, from, from_range, count, axis, true);
    ASSERT_EQ(target, expected) << to_string(to_dims) << " from " << to_string(from_dims) << ", axis " << axis
                                << ", round " << round;
    mistakes_found += wrong != expected ? 1 : 0;
  }
  EXPECT_GT(mistakes_found, 1000U) << "the shapes must tell a wrong copy from a right one";
}

TEST(FillElements, RepeatsAnElementOfAnySize) {
  for (const size_t size : {1U, 2U, 4U, 8U}) {
    const std::array<unsigned char, 8> element{1, 2, 3, 4, 5, 6, 7, 8};
    for (size_t count = 0; count < 20; ++count) {
      std::vector<unsigned char> data(count * size + 1, 99);
      fill_elements(data.data(), count * size, element.data(), size);
      for (size_t i = 0; i < count * size; ++i) ASSERT_EQ(data[i], element[i % size]) << size << ", " << count;
      EXPECT_EQ(data.back(), 99) << "nothing behind it";
    }
  }
}

}  // namespace
}  // namespace ntrt
