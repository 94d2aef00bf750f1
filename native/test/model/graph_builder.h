#pragma once
// Graphs whose values have types and shapes, on top of onnx_builder.h.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "test/model/onnx_builder.h"

namespace ntrt::testing {

inline constexpr uint64_t kFloat = 1;

/// A negative size is a symbolic dimension with the name N.
inline Proto value(std::string_view name, const std::vector<int64_t>& dims, uint64_t type = kFloat) {
  Proto shape;
  for (const int64_t dim : dims) {
    shape.bytes(1, dim < 0 ? Proto().bytes(2, "N") : Proto().varint(1, static_cast<uint64_t>(dim)));
  }
  return Proto().bytes(1, name).bytes(2, Proto().bytes(1, Proto().varint(1, type).bytes(2, shape)));
}

inline Proto op(std::string_view name, const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                const std::vector<Proto>& attributes = {}) {
  Proto proto;
  for (const auto& input : inputs) proto.bytes(1, input);
  for (const auto& output : outputs) proto.bytes(2, output);
  proto.bytes(4, name);
  for (const Proto& one : attributes) proto.bytes(5, one);
  return proto;
}

inline Proto ints(std::string_view name, const std::vector<int64_t>& values) {
  Proto proto = Proto().bytes(1, name);
  for (const int64_t one : values) proto.varint(8, static_cast<uint64_t>(one));
  return proto;
}
inline Proto number(std::string_view name, int64_t value) {
  return Proto().bytes(1, name).varint(3, static_cast<uint64_t>(value));
}

inline Proto int_tensor(std::string_view name, const std::vector<int64_t>& values) {
  Proto proto = tensor_head(name, {static_cast<int64_t>(values.size())}, 7);
  for (const int64_t one : values) proto.varint(7, static_cast<uint64_t>(one));
  return proto;
}

struct Graph {
  std::vector<Proto> inputs;
  std::vector<Proto> nodes;
  std::vector<Proto> outputs;
  std::vector<Proto> initializers = {};
  std::vector<Proto> infos = {};

  std::string data() const {
    Proto graph;
    for (const Proto& one : nodes) graph.bytes(1, one);
    for (const Proto& one : initializers) graph.bytes(5, one);
    for (const Proto& one : inputs) graph.bytes(11, one);
    for (const Proto& one : outputs) graph.bytes(12, one);
    for (const Proto& one : infos) graph.bytes(13, one);
    return model(graph).data();
  }
};

}  // namespace ntrt::testing
