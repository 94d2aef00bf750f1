#include "runtime/row_copy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace ntrt {
namespace {

/// What is copied, as a box of elements in each of two tensors.
struct Box {
  size_t num_outer = 0;  ///< dimensions that are walked; what is inside of them is a piece
  size_t piece = 1;      ///< elements that lie one behind the other in both
  std::array<size_t, kMaxRank> extent{};
  std::array<size_t, kMaxRank> to_stride{};
  std::array<size_t, kMaxRank> from_stride{};

  /// Calls `copy(to, from)`, positions of elements, for every piece.
  template <typename F>
  void each_piece(size_t dim, size_t to, size_t from, F& copy) const {
    if (dim == num_outer) return copy(to, from);
    for (size_t i = 0; i < extent[dim]; ++i) {
      each_piece(dim + 1, to + i * to_stride[dim], from + i * from_stride[dim], copy);
    }
  }
};

}  // namespace

void copy_rows(const TensorView& to, RowRange to_range, const TensorView& from, RowRange from_range, size_t count,
               int axis) {
  Box box;
  size_t to_stride = 1;
  size_t from_stride = 1;
  size_t to_at = 0;
  size_t from_at = 0;
  bool in_one_piece = true;
  for (size_t d = to.dims.size(); d-- > 0;) {
    const bool is_rows = static_cast<int>(d) == axis;
    const size_t to_size = is_rows ? to_range.rows : static_cast<size_t>(to.dims[d]);
    const size_t from_size = is_rows ? from_range.rows : static_cast<size_t>(from.dims[d]);
    box.extent[d] = is_rows ? count : std::min(to_size, from_size);
    if (box.extent[d] == 0) return;
    box.to_stride[d] = to_stride;
    box.from_stride[d] = from_stride;
    if (in_one_piece) {
      box.num_outer = d;
      box.piece = box.extent[d] * to_stride;
      in_one_piece = to_size == from_size && to_size == box.extent[d];
    }
    if (is_rows) {
      to_at = to_range.first * to_stride;
      from_at = from_range.first * from_stride;
    }
    to_stride *= to_size;
    from_stride *= from_size;
  }
  if (to.type == DType::kString) {
    const auto source = static_cast<const std::vector<std::string>*>(from.data)->begin();
    const auto target = static_cast<std::vector<std::string>*>(to.data)->begin();
    const auto copy = [&](size_t to_piece, size_t from_piece) {
      std::copy_n(source + static_cast<ptrdiff_t>(from_piece), box.piece, target + static_cast<ptrdiff_t>(to_piece));
    };
    return box.each_piece(0, to_at, from_at, copy);
  }
  const size_t size = dtype_size(to.type);
  const auto copy = [&](size_t to_piece, size_t from_piece) {
    std::memcpy(static_cast<std::byte*>(to.data) + to_piece * size,
                static_cast<const std::byte*>(from.data) + from_piece * size, box.piece * size);
  };
  box.each_piece(0, to_at, from_at, copy);
}

void fill_elements(void* data, size_t bytes, const void* element, size_t size) noexcept {
  auto* const out = static_cast<std::byte*>(data);
  const auto* const in = static_cast<const std::byte*>(element);
  if (std::all_of(in, in + size, [](std::byte b) { return b == std::byte{}; })) {
    if (bytes > 0) std::memset(out, 0, bytes);
    return;
  }
  for (size_t at = 0; at < bytes; at += size) std::memcpy(out + at, in, size);
}

}  // namespace ntrt
