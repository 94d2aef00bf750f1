#include "core/shape.h"

#include "core/error.h"

namespace ntrt {

size_t element_count(std::span<const int64_t> dims) {
  constexpr uint64_t kMaxElements = uint64_t{1} << 53;
  uint64_t count = 1;
  bool overflow = false;
  for (const int64_t dim : dims) {
    if (dim < 0)
      throw Error(Code::kOutOfRange, "dimension " + std::to_string(dim) + " is negative in " + to_string(dims));
    if (dim == 0) return 0;
    // Only a later zero can make an overflowing product valid again, so the loop runs on.
    if (count > kMaxElements / static_cast<uint64_t>(dim)) {
      overflow = true;
    } else {
      count *= static_cast<uint64_t>(dim);
    }
  }
  if (overflow) throw Error(Code::kOutOfRange, "shape " + to_string(dims) + " has more than 2^53 elements");
  return static_cast<size_t>(count);
}

std::string to_string(std::span<const int64_t> dims) {
  std::string text = "[";
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims[i]);
  }
  return text + "]";
}

}  // namespace ntrt
