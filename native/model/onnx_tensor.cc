#include "model/onnx_tensor.h"

#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "model/model_error.h"
#include "model/onnx_fields.h"
#include "model/onnx_types.h"
#include "model/path_text.h"

namespace ntrt {
namespace {

constexpr uint64_t kMaxInt64 = std::numeric_limits<int64_t>::max();
constexpr int32_t kLocationExternal = 1;  // TensorProto.DataLocation

WireType expected_type(uint32_t number) noexcept {
  return number == TensorField::kDataType || number == TensorField::kDataLocation ? WireType::kVarint
                                                                                  : WireType::kBytes;
}

void add_dim(TensorHead& head, int64_t dim) noexcept {
  if (head.rank < head.dims.size()) head.dims[head.rank] = dim;
  ++head.rank;
  head.product.multiply(dim);
}

bool read_entry(std::span<const std::byte> bytes, TensorHead& head) noexcept {
  ProtobufReader reader(bytes);
  WireField field;
  std::string_view key;
  std::string_view value;
  while (reader.next(field)) {
    if (field.number != EntryField::kKey && field.number != EntryField::kValue) continue;
    if (field.type != WireType::kBytes) return false;
    (field.number == EntryField::kKey ? key : value) = field.text();
  }
  if (reader.fault() != WireFault::kNone) return false;
  std::string_view* slot = key == "location" ? &head.location
                           : key == "offset" ? &head.offset
                           : key == "length" ? &head.length
                                             : nullptr;
  if (slot == nullptr) return true;
  if (!slot->empty()) head.repeats_entry = true;
  // A pointer must not hide behind a second location.
  if (slot != &head.location || !is_memory_address(*slot)) *slot = value;
  return true;
}

class Refusal {
 public:
  Refusal(const TensorHead& head, const std::string& where) : head_(head), where_(where) {}

  [[noreturn]] void operator()(std::string reason, const std::string& what) const {
    const std::string tensor = printable(head_.name);
    refuse_model(std::move(reason), "external data of tensor '" + tensor + "' (" + where_ + "): " + what,
                 {{"tensor", tensor}, {"location", printable(head_.location)}, {"where", where_}});
  }

 private:
  const TensorHead& head_;
  const std::string& where_;
};

uint64_t parse_number(std::string_view text, const char* name, const Refusal& refuse) {
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool digits = error != std::errc::invalid_argument && stop == end;
  if (!digits) refuse("bad-external-data", std::string(name) + " '" + printable(text, 40) + "' is not a number from 0");
  if (error != std::errc{} || value > kMaxInt64) {
    refuse("bad-external-data", std::string(name) + " " + printable(text, 40) + " is beyond 2^63 - 1");
  }
  return value;
}

std::optional<uint64_t> needed_bytes(const TensorHead& head, const Refusal& refuse) {
  const uint64_t bits = element_bits(head.data_type);
  if (bits == 0) return std::nullopt;
  size_t count = 0;
  const std::span<const int64_t> dims(head.dims.data(), head.rank);
  try {
    count = element_count(dims);
  } catch (const Error& error) {
    refuse("bad-external-data", error.message());
  }
  // At most 2^53 elements of 128 bits: no overflow in bytes; elements under 8 bits share them.
  return bits >= 8 ? uint64_t{count} * (bits / 8) : (uint64_t{count} * bits + 7) / 8;
}

}  // namespace

bool is_memory_address(std::string_view location) noexcept {
  // "*/_ORT_MEM_ADDR_/*" and "*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*" in ONNX Runtime 1.30, and room for their successors.
  return location.find("MEM_ADDR_") != location.npos || location.substr(0, 7) == "*/_ORT_";
}

TensorFault read_tensor_head(std::span<const std::byte> tensor, TensorHead& head) noexcept {
  ProtobufReader reader(tensor);
  WireField field;
  const std::byte* at = tensor.data();
  while (reader.next(field)) {
    bool good = true;
    if (field.number == TensorField::kDims) {
      good = read_dims(field, [&](int64_t dim) { add_dim(head, dim); });
    } else if (field.number == TensorField::kDataType || field.number == TensorField::kName ||
               field.number == TensorField::kExternalData || field.number == TensorField::kDataLocation) {
      good = field.type == expected_type(field.number);
      if (!good) return {WireFault::kMalformed, at};
      if (field.number == TensorField::kDataType) head.data_type = static_cast<int32_t>(field.value);
      if (field.number == TensorField::kName) head.name = field.text();
      if (field.number == TensorField::kExternalData) good = read_entry(field.bytes, head);
      // Once external, always: readers differ on what a second value means.
      if (field.number == TensorField::kDataLocation) {
        head.external |= static_cast<int32_t>(field.value) == kLocationExternal;
      }
    }
    if (!good) return {WireFault::kMalformed, at};
    at = tensor.data() + reader.position();
  }
  return {reader.fault(), at};
}

ExternalRef make_external_ref(const TensorHead& head, TensorPlace place, std::string where) {
  const Refusal refuse(head, where);
  if (is_memory_address(head.location)) {
    refuse("memory-address", "the location is a pointer into the process that wrote the model");
  }
  if (head.repeats_entry) refuse("bad-external-data", "location, offset or length stands there twice");
  if (head.location.empty()) refuse("bad-external-data", "it has no location");
  if (head.rank > kMaxRank) {
    refuse("bad-external-data", "the tensor has more than " + std::to_string(kMaxRank) + " dimensions");
  }
  ExternalRef ref;
  ref.tensor = std::string(head.name);
  ref.location = std::string(head.location);
  // ONNX Runtime takes an empty number as one that is not given.
  if (!head.offset.empty()) ref.offset = parse_number(head.offset, "offset", refuse);
  if (!head.length.empty()) ref.length = parse_number(head.length, "length", refuse);
  ref.needed_bytes = needed_bytes(head, refuse);
  ref.place = place;
  if (ref.extent() > kMaxInt64 - ref.offset) refuse("bad-external-data", "offset and length are beyond 2^63 - 1");
  ref.where = std::move(where);
  return ref;
}

}  // namespace ntrt
