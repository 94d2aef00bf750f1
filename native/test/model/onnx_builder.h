#pragma once
// Writes protobuf and ONNX messages for the tests, also wrong ones.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace ntrt::testing {

class Proto {
 public:
  Proto& varint(uint32_t field, uint64_t value) {
    put(uint64_t{field} << 3);
    put(value);
    return *this;
  }
  Proto& bytes(uint32_t field, std::string_view value) {
    put(uint64_t{field} << 3 | 2);
    put(value.size());
    data_ += value;
    return *this;
  }
  Proto& bytes(uint32_t field, const Proto& message) { return bytes(field, message.data_); }
  Proto& raw(std::string_view value) {
    data_ += value;
    return *this;
  }

  const std::string& data() const { return data_; }

 private:
  void put(uint64_t value) {
    for (; value >= 0x80; value >>= 7) data_ += static_cast<char>((value & 0x7f) | 0x80);
    data_ += static_cast<char>(value);
  }

  std::string data_;
};

inline Proto entry(std::string_view key, std::string_view value) { return Proto().bytes(1, key).bytes(2, value); }

/// A float32 tensor of 4 elements, unless `dims` says otherwise.
inline Proto tensor_head(std::string_view name, std::vector<int64_t> dims = {4}, uint64_t type = 1) {
  Proto proto;
  for (const int64_t dim : dims) proto.varint(1, static_cast<uint64_t>(dim));
  return proto.varint(2, type).bytes(8, name);
}

inline Proto raw_tensor(std::string_view name) { return tensor_head(name).bytes(9, std::string(16, '\x01')); }

inline Proto external_tensor(std::string_view name, std::string_view location,
                             std::optional<std::string> offset = std::nullopt,
                             std::optional<std::string> length = std::nullopt, std::vector<int64_t> dims = {4},
                             uint64_t type = 1) {
  Proto proto = tensor_head(name, std::move(dims), type);
  proto.bytes(13, entry("location", location));
  if (offset) proto.bytes(13, entry("offset", *offset));
  if (length) proto.bytes(13, entry("length", *length));
  return proto.varint(14, 1);
}

inline Proto node(std::string_view op, std::string_view name, const std::vector<Proto>& attributes = {}) {
  Proto proto;
  proto.bytes(1, "x").bytes(2, "y").bytes(3, name).bytes(4, op);
  for (const Proto& attribute : attributes) proto.bytes(5, attribute);
  return proto;
}

inline Proto attribute(std::string_view name, uint32_t field, const Proto& value) {
  return Proto().bytes(1, name).bytes(field, value);
}

inline Proto value_info(std::string_view name) { return Proto().bytes(1, name); }

inline Proto graph(const std::vector<Proto>& nodes, const std::vector<Proto>& initializers = {}) {
  Proto proto;
  for (const Proto& one : nodes) proto.bytes(1, one);
  proto.bytes(2, "main");
  for (const Proto& one : initializers) proto.bytes(5, one);
  return proto.bytes(11, value_info("x")).bytes(12, value_info("y"));
}

inline Proto opset(std::string_view domain, uint64_t version) { return Proto().bytes(1, domain).varint(2, version); }

inline Proto model(const Proto& main_graph) {
  Proto proto;
  proto.varint(1, 10).bytes(2, "test").bytes(3, "1.0");
  return proto.bytes(7, main_graph).bytes(8, opset("", 21));
}

/// One subgraph in another, `depth` deep; the innermost has `leaf` as its initialiser.
inline Proto nested_graphs(size_t depth, const Proto& leaf) {
  Proto inner = graph({node("Identity", "leaf")}, {leaf});
  for (size_t i = 1; i < depth; ++i) inner = graph({node("If", "nest", {attribute("then_branch", 6, inner)})});
  return inner;
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

inline std::vector<std::byte> to_bytes(std::string_view text) {
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

inline std::string detail(const Error& error, std::string_view key) {
  for (const Detail& one : error.details()) {
    if (one.key == key && std::holds_alternative<std::string>(one.value)) return std::get<std::string>(one.value);
  }
  return "";
}

/// The error that `action` throws; fails by a code that no model error has if it throws none.
template <typename Action>
Error error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(Code::kInternal, "nothing was thrown");
}

template <typename Action>
std::string reason_of(Action&& action) {
  const Error error = error_of(std::forward<Action>(action));
  return error.code() == Code::kModelInvalid ? detail(error, "reason") : "(" + error.message() + ")";
}

}  // namespace ntrt::testing
