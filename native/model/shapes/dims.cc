#include "model/shapes/dims.h"

#include <algorithm>

#include "model/shapes/facts.h"

namespace ntrt::shapes {

DimProduct product_of(const Dims& dims) noexcept {
  DimProduct product;
  for (const int64_t dim : dims) product.multiply(dim);
  return product;
}

bool all_in_range(const Dims& dims) noexcept {
  return std::ranges::all_of(dims, [](int64_t dim) { return dim >= 0 && dim <= kMaxDim; });
}

int64_t tame(int64_t number) noexcept { return std::clamp(number, -kMaxDim, kMaxDim); }

std::optional<size_t> axis_of(int64_t axis, size_t rank) noexcept {
  const auto size = static_cast<int64_t>(rank);
  if (axis < 0) axis = tame(axis) + size;
  return axis >= 0 && axis < size ? std::optional<size_t>(static_cast<size_t>(axis)) : std::nullopt;
}

bool join(Dims& joined, const Dims& with) {
  if (with.size() > joined.size()) joined.insert(joined.begin(), with.size() - joined.size(), 1);
  const size_t offset = joined.size() - with.size();
  for (size_t i = 0; i < with.size(); ++i) {
    int64_t& dim = joined[offset + i];
    if (dim == 1) {
      dim = with[i];
    } else if (with[i] != 1 && with[i] != dim) {
      return false;
    }
  }
  return true;
}

}  // namespace ntrt::shapes
