#pragma once
// Reads a TensorProto as far as its external data goes. Part of the scan; not for other layers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/shape.h"
#include "model/dim_product.h"
#include "model/onnx_scan.h"
#include "model/protobuf_reader.h"

namespace ntrt {

/// Views into the model.
struct TensorHead {
  std::string_view name;
  int32_t data_type = 0;
  std::array<int64_t, kMaxRank> dims{};
  size_t rank = 0;  // beyond kMaxRank only counted
  DimProduct product;
  bool external = false;
  bool repeats_entry = false;
  std::string_view location;
  std::string_view offset;
  std::string_view length;
};

struct TensorFault {
  WireFault fault = WireFault::kNone;
  const std::byte* at = nullptr;
};

/// The dimensions of a field of repeated integers, packed or not; false if it is neither.
template <typename Visit>
bool read_dims(const WireField& field, Visit&& visit) noexcept {
  if (field.type == WireType::kVarint) {
    visit(static_cast<int64_t>(field.value));
    return true;
  }
  if (field.type != WireType::kBytes) return false;
  ProtobufReader packed(field.bytes);
  uint64_t dim = 0;
  while (!packed.at_end()) {
    if (!packed.varint(dim)) return false;
    visit(static_cast<int64_t>(dim));
  }
  return true;
}

/// Bulk data is stepped over.
TensorFault read_tensor_head(std::span<const std::byte> tensor, TensorHead& head) noexcept;

/// Checks everything that can be without looking at files. Throws Error{kModelInvalid} with reason 'bad-external-data'
/// or 'memory-address'.
ExternalRef make_external_ref(const TensorHead& head, TensorPlace place, std::string where);

/// A location by which ONNX Runtime marks a raw pointer to memory of its own process. Refused wherever it stands,
/// because a pointer from a file is an arbitrary read.
bool is_memory_address(std::string_view location) noexcept;

}  // namespace ntrt
