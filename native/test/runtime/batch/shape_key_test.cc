#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "runtime/batch/batch_layout.h"

namespace ntrt {
namespace {

std::vector<TensorView> views(const std::vector<Shape>& shapes) {
  std::vector<TensorView> result;
  for (const Shape& shape : shapes) result.push_back({DType::kFloat32, shape, nullptr, 0});
  return result;
}

uint64_t key_of(std::vector<TensorView> inputs) {
  Request request;
  request.solo = true;
  request.inputs = std::move(inputs);
  return shape_key(request);
}
uint64_t key_of(const std::vector<Shape>& shapes) { return key_of(views(shapes)); }

TEST(ShapeKey, IsTheSameForTheSameShapes) {
  auto first = views({{1, 3, 224, 224}, {1}});
  auto second = first;
  second[0].data = &second;
  second[0].type = DType::kInt8;
  EXPECT_EQ(key_of(first), key_of(second));
}

TEST(ShapeKey, TellsOrderRankAndInputsApart) {
  const std::vector<std::vector<Shape>> all = {{},         {{}},         {{}, {}},     {{1}},    {{1, 1}},
                                               {{1}, {1}}, {{0}},        {{2, 3}},     {{3, 2}}, {{2}, {3}},
                                               {{3}, {2}}, {{2, 3}, {}}, {{}, {2, 3}}, {{6}}};
  std::map<uint64_t, size_t> seen;
  for (size_t i = 0; i < all.size(); ++i) {
    const auto [entry, is_new] = seen.emplace(key_of(all[i]), i);
    EXPECT_TRUE(is_new) << i << " has the key of " << entry->second;
  }
}

TEST(ShapeKey, TellsAllShapesOfABucketedServiceApart) {
  std::map<uint64_t, Shape> seen;
  for (int64_t batch = 1; batch <= 32; ++batch) {
    for (int64_t height = 32; height <= 640; height += 32) {
      for (int64_t width = 32; width <= 640; width += 32) {
        const Shape shape{batch, 3, height, width};
        const auto [entry, is_new] = seen.emplace(key_of({shape}), shape);
        ASSERT_TRUE(is_new) << to_string(shape) << " has the key of " << to_string(entry->second);
      }
    }
  }
}

}  // namespace
}  // namespace ntrt
