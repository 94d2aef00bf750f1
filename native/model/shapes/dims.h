#pragma once
// Arithmetic on dimensions, and on the integers of which they are computed. Part of the rules; not for other folders.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/dim_product.h"

namespace ntrt::shapes {

using Dims = std::vector<int64_t>;

DimProduct product_of(const Dims& dims) noexcept;

/// Whether each is 0 to kMaxDim.
bool all_in_range(const Dims& dims) noexcept;

/// A number of a file, near enough to zero to calculate with.
int64_t tame(int64_t number) noexcept;

/// An axis counted from the front; nullopt if there is none.
std::optional<size_t> axis_of(int64_t axis, size_t rank) noexcept;

/// Makes `joined` the shape to which it and `with` broadcast; false if they do not.
bool join(Dims& joined, const Dims& with);

}  // namespace ntrt::shapes
