#include "runtime/batch/row_copy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string>

#include "core/error.h"

namespace ntrt {
namespace {

/// Neighbouring dimensions of two tensors that are walked as one, and what is copied of them; in elements of what is
/// inside of them.
struct Part {
  size_t extent = 1;
  size_t to_size = 1;
  size_t from_size = 1;
  size_t to_first = 0;
  size_t from_first = 0;

  bool is_whole() const noexcept { return extent == to_size && extent == from_size; }
};

/// Calls `copy(to, from)`, positions of elements, for every piece: what is copied of the innermost part. `to_stride`
/// and `from_stride` are the sizes of all of the parts.
template <typename F>
void each_piece(std::span<const Part> parts, size_t to, size_t to_stride, size_t from, size_t from_stride, F& copy) {
  const Part& outer = parts.back();
  to_stride /= outer.to_size;
  from_stride /= outer.from_size;
  to += outer.to_first * to_stride;
  from += outer.from_first * from_stride;
  if (parts.size() == 1) return copy(to, from);
  for (size_t i = 0; i < outer.extent; ++i) {
    each_piece(parts.first(parts.size() - 1), to + i * to_stride, to_stride, from + i * from_stride, from_stride, copy);
  }
}

}  // namespace

void copy_rows(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
               int axis) {
  std::array<Part, kMaxRank> parts;  // from the innermost
  size_t num_parts = 1;
  size_t to_elements = 1;
  size_t from_elements = 1;
  for (size_t d = to.dims.size(); d-- > 0;) {
    const bool is_rows = static_cast<int>(d) == axis;
    Part part;
    part.to_size = is_rows ? to_range.rows : static_cast<size_t>(to.dims[d]);
    part.from_size = is_rows ? from_range.rows : static_cast<size_t>(from.dims[d]);
    part.extent = is_rows ? count : std::min(part.to_size, part.from_size);
    if (part.extent == 0) return;
    to_elements *= part.to_size;
    from_elements *= part.from_size;
    if (is_rows) {
      part.to_first = to_range.first;
      part.from_first = from_range.first;
    }
    if (Part& inner = parts[num_parts - 1]; inner.is_whole()) {
      const size_t size = inner.extent;
      inner = {part.extent * size, part.to_size * size, part.from_size * size, part.to_first * size,
               part.from_first * size};
      continue;
    }
    // Dimensions that are the same in both tensors are one part, so no model gets here.
    if (num_parts == parts.size()) throw Error(Code::kUnsupported, "too many dimensions differ");
    parts[num_parts++] = part;
  }
  const std::span<const Part> used(parts.data(), num_parts);
  const size_t piece = parts[0].extent;
  if (to.type == DType::kString) {
    const auto source = static_cast<const std::vector<std::string>*>(from.data)->begin();
    const auto target = static_cast<std::vector<std::string>*>(to.data)->begin();
    const auto copy = [&](size_t to_at, size_t from_at) {
      std::copy_n(source + static_cast<ptrdiff_t>(from_at), piece, target + static_cast<ptrdiff_t>(to_at));
    };
    return each_piece(used, 0, to_elements, 0, from_elements, copy);
  }
  const size_t size = dtype_size(to.type);
  const auto copy = [&](size_t to_at, size_t from_at) {
    std::memcpy(static_cast<std::byte*>(to.data) + to_at * size,
                static_cast<const std::byte*>(from.data) + from_at * size, piece * size);
  };
  each_piece(used, 0, to_elements, 0, from_elements, copy);
}

void fill_elements(void* data, size_t bytes, const void* element, size_t size) noexcept {
  if (bytes == 0) return;
  auto* const out = static_cast<std::byte*>(data);
  std::memcpy(out, element, size);
  for (size_t done = size; done < bytes; done *= 2) std::memcpy(out + done, out, std::min(done, bytes - done));
}

}  // namespace ntrt
