#include "runtime/proof/sample_rows.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "runtime/batch/batch_layout.h"

namespace ntrt {
namespace {

/// SplitMix64.
uint64_t next(uint64_t& state) noexcept {
  state += 0x9E3779B97F4A7C15U;
  uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

template <typename T, typename F>
void fill(const TensorView& view, F&& value) {
  auto* const data = static_cast<T*>(view.data);
  for (size_t i = 0; i < view.bytes / sizeof(T); ++i) data[i] = value();
}

/// float16 and bfloat16 of 1, -1, 0.5, -0.5, 0.25, -0.75.
constexpr std::array<uint16_t, 6> kHalves = {0x3C00, 0xBC00, 0x3800, 0xB800, 0x3400, 0xBA00};
constexpr std::array<uint16_t, 6> kBfloats = {0x3F80, 0xBF80, 0x3F00, 0xBF00, 0x3E80, 0xBF40};

void generate(TensorView& view, std::vector<std::string>& strings, uint64_t& state) {
  const auto small = [&state] { return 1 + (next(state) & 1U); };
  const auto unit = [&state] { return static_cast<double>(next(state) >> 11U) / 4503599627370496.0 - 1; };
  switch (view.type) {
    case DType::kFloat32:
      return fill<float>(view, [&] { return static_cast<float>(unit()); });
    case DType::kFloat64:
      return fill<double>(view, unit);
    case DType::kFloat16:
      return fill<uint16_t>(view, [&] { return kHalves[next(state) % kHalves.size()]; });
    case DType::kBFloat16:
      return fill<uint16_t>(view, [&] { return kBfloats[next(state) % kBfloats.size()]; });
    case DType::kBool:
      return fill<uint8_t>(view, [&] { return static_cast<uint8_t>(next(state) & 1U); });
    case DType::kInt8:
    case DType::kUint8:
      return fill<uint8_t>(view, small);
    case DType::kInt16:
    case DType::kUint16:
      return fill<uint16_t>(view, small);
    case DType::kInt32:
    case DType::kUint32:
      return fill<uint32_t>(view, small);
    case DType::kInt64:
    case DType::kUint64:
      return fill<uint64_t>(view, small);
    case DType::kString:
      for (std::string& text : strings) text = std::string(1, static_cast<char>('a' + next(state) % 26));
      return;
  }
}

float from_half(uint16_t bits) noexcept {
  const int exponent = (bits >> 10U) & 0x1F;
  const int mantissa = bits & 0x3FF;
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  if (exponent == 0x1F) return mantissa != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
}

float from_bfloat(uint16_t bits) noexcept { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16U); }

template <typename T, typename Convert>
bool close(const void* a, const void* b, size_t count, double rtol, double atol, Convert&& convert) {
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  for (size_t i = 0; i < count; ++i) {
    const auto p = static_cast<double>(convert(x[i]));
    const auto q = static_cast<double>(convert(y[i]));
    if (p == q || (std::isnan(p) && std::isnan(q))) continue;
    // Of infinity, any share is infinity, too.
    if (std::isinf(q) || !(std::abs(p - q) <= atol + rtol * std::abs(q))) return false;
  }
  return true;
}

}  // namespace

TensorView& OwnedTensors::add(DType type, Shape dims) {
  const size_t count = element_count(dims);
  TensorView& view = views.emplace_back();
  view = {type, std::move(dims), nullptr, count * dtype_size(type)};
  if (type == DType::kString) {
    view.data = &strings.emplace_back(count);
  } else {
    view.data = buffers.emplace_back(host_pool(), view.bytes).data();
  }
  return view;
}

OwnedTensors generate_row(const Signature& signature, const std::vector<int>& axes, int64_t free_size, uint64_t seed) {
  OwnedTensors row;
  uint64_t state = seed;
  uint64_t shared = 1;
  for (size_t input = 0; input < signature.inputs.size(); ++input) {
    const TensorSpec& spec = signature.inputs[input];
    Shape dims;
    for (size_t i = 0; i < spec.dims.size(); ++i) {
      const auto* fixed = std::get_if<int64_t>(&spec.dims[i]);
      const int64_t open = i < spec.usual.size() ? spec.usual[i] : free_size;
      dims.push_back(static_cast<int>(i) == axes[input] ? 1 : fixed != nullptr ? *fixed : open);
    }
    TensorView& view = row.add(spec.type, std::move(dims));
    std::vector<std::string> none;
    generate(view, view.type == DType::kString ? row.strings.back() : none, axes[input] == kNoAxis ? shared : state);
  }
  return row;
}

OwnedTensors stack_rows(const std::vector<const std::vector<TensorView>*>& rows, const std::vector<int>& axes) {
  OwnedTensors result;
  for (size_t input = 0; input < rows[0]->size(); ++input) {
    const TensorView& first_row = (*rows[0])[input];
    if (axes[input] == kNoAxis) {
      copy_rows(result.add(first_row.type, first_row.dims), {1, 0}, first_row, {1, 0}, 1, kNoAxis);
      continue;
    }
    const auto axis = static_cast<size_t>(axes[input]);
    Shape dims = first_row.dims;
    int64_t total = 0;
    for (const auto* row : rows) total += (*row)[input].dims[axis];
    dims[axis] = total;
    const TensorView all = result.add(first_row.type, std::move(dims));
    size_t first = 0;
    for (const auto* row : rows) {
      const auto count = static_cast<size_t>((*row)[input].dims[axis]);
      copy_rows(all, {static_cast<size_t>(total), first}, (*row)[input], {count, 0}, count, axes[input]);
      first += count;
    }
  }
  return result;
}

bool same_row(const TensorView& all, size_t row, const TensorView& alone, double rtol, double atol, int axis) {
  if (all.type != alone.type) return false;
  if (axis > 0) {
    OwnedTensors one;
    const TensorView part = one.add(alone.type, alone.dims);
    const auto rows = static_cast<size_t>(all.dims[static_cast<size_t>(axis)]);
    copy_rows(part, {1, 0}, all, {rows, row}, 1, axis);
    return same_row(part, 0, alone, rtol, atol);
  }
  const size_t count = element_count(alone.dims);
  if (alone.type == DType::kString) {
    const auto& x = *static_cast<const std::vector<std::string>*>(all.data);
    const auto& y = *static_cast<const std::vector<std::string>*>(alone.data);
    return std::equal(y.begin(), y.end(), x.begin() + static_cast<ptrdiff_t>(row * count));
  }
  if (alone.bytes == 0) return true;
  const auto* data = static_cast<const std::byte*>(all.data) + row * alone.bytes;
  switch (alone.type) {
    case DType::kFloat32:
      return close<float>(data, alone.data, count, rtol, atol, [](float x) { return x; });
    case DType::kFloat64:
      return close<double>(data, alone.data, count, rtol, atol, [](double x) { return x; });
    case DType::kFloat16:
      return close<uint16_t>(data, alone.data, count, rtol, atol, from_half);
    case DType::kBFloat16:
      return close<uint16_t>(data, alone.data, count, rtol, atol, from_bfloat);
    default:
      return std::memcmp(data, alone.data, alone.bytes) == 0;
  }
}

}  // namespace ntrt
