#pragma once
// Reads protobuf's wire format from a span, without copying and never past the end. Reading fails for good at the
// first fault: `fault()` says which, `position()` where.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ntrt {

enum class WireType : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

enum class WireFault : uint8_t {
  kNone,
  kTruncated,  // a value or a length reaches past the end
  kMalformed,  // a varint over 10 bytes, field number 0, a group or an unknown wire type
};

struct WireField {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;                // of kVarint, kFixed32 and kFixed64
  std::span<const std::byte> bytes;  // of kBytes

  std::string_view text() const noexcept { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

class ProtobufReader {
 public:
  explicit ProtobufReader(std::span<const std::byte> data) noexcept : data_(data) {}

  size_t position() const noexcept { return position_; }
  bool at_end() const noexcept { return position_ == data_.size(); }
  WireFault fault() const noexcept { return fault_; }

  /// The next field; false at the end and after a fault. Bulk bytes are not touched.
  bool next(WireField& field) noexcept {
    if (fault_ != WireFault::kNone || at_end()) return false;
    const size_t start = position_;
    if (read(field)) return true;
    position_ = start;
    return false;
  }

  /// One varint, as in a packed field.
  bool varint(uint64_t& value) noexcept {
    value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at_end()) return fail(WireFault::kTruncated);
      const auto byte = static_cast<uint64_t>(data_[position_++]);
      // The tenth byte has room for one bit; protobuf drops the others, so they cannot change what is read.
      if (shift < 64) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return true;
    }
    return fail(WireFault::kMalformed);
  }

 private:
  bool read(WireField& field) noexcept {
    uint64_t tag = 0;
    if (!varint(tag)) return false;
    // Fields are numbered 1 to 2^29 - 1, so a tag fits 32 bits.
    if (tag > 0xffffffff || tag >> 3 == 0) return fail(WireFault::kMalformed);
    field.number = static_cast<uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    field.value = 0;
    field.bytes = {};
    switch (field.type) {
      case WireType::kVarint:
        return varint(field.value);
      case WireType::kFixed32:
        return fixed(4, field.value);
      case WireType::kFixed64:
        return fixed(8, field.value);
      case WireType::kBytes: {
        uint64_t length = 0;
        if (!varint(length)) return false;
        if (length > data_.size() - position_) return fail(WireFault::kTruncated);
        field.bytes = data_.subspan(position_, static_cast<size_t>(length));
        position_ += field.bytes.size();
        return true;
      }
    }
    return fail(WireFault::kMalformed);
  }

  bool fixed(size_t size, uint64_t& value) noexcept {
    if (size > data_.size() - position_) return fail(WireFault::kTruncated);
    for (size_t i = 0; i < size; ++i) value |= static_cast<uint64_t>(data_[position_ + i]) << (8 * i);
    position_ += size;
    return true;
  }

  bool fail(WireFault fault) noexcept {
    fault_ = fault;
    return false;
  }

  std::span<const std::byte> data_;
  size_t position_ = 0;
  WireFault fault_ = WireFault::kNone;
};

}  // namespace ntrt
