#pragma once
// Small models that run, written with the protobuf builder.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/dtype.h"
#include "test/model/onnx_builder.h"

namespace ntrt::testing {

/// A symbolic dimension by its name, a fixed one by its digits.
using ModelDims = std::vector<std::string>;

/// ONNX's TensorProto.DataType of ours.
inline uint64_t onnx_type(DType type) {
  constexpr uint64_t kTypes[] = {1, 10, 16, 11, 3, 2, 5, 4, 6, 12, 7, 13, 9, 8};
  return kTypes[static_cast<size_t>(type)];
}

inline Proto typed_value(std::string_view name, DType type, const ModelDims& dims) {
  Proto shape;
  for (const std::string& dim : dims) {
    const bool fixed = !dim.empty() && dim.find_first_not_of("0123456789") == std::string::npos;
    shape.bytes(1, fixed ? Proto().varint(1, std::stoull(dim)) : Proto().bytes(2, dim));
  }
  const Proto tensor = Proto().varint(1, onnx_type(type)).bytes(2, shape);
  return Proto().bytes(1, name).bytes(2, Proto().bytes(1, tensor));
}

inline Proto operation(std::string_view type, const std::vector<std::string>& inputs,
                       const std::vector<std::string>& outputs, const std::vector<Proto>& attributes = {}) {
  Proto proto;
  for (const auto& name : inputs) proto.bytes(1, name);
  for (const auto& name : outputs) proto.bytes(2, name);
  proto.bytes(3, outputs.empty() ? "none" : outputs[0]).bytes(4, type);
  for (const Proto& one : attributes) proto.bytes(5, one);
  return proto;
}

struct ModelParts {
  std::vector<Proto> nodes;
  std::vector<Proto> inputs;
  std::vector<Proto> outputs;
  std::vector<Proto> initializers;
};

/// The bytes of a model.
inline std::string make_model(const ModelParts& parts) {
  Proto graph;
  for (const Proto& one : parts.nodes) graph.bytes(1, one);
  graph.bytes(2, "main");
  for (const Proto& one : parts.initializers) graph.bytes(5, one);
  for (const Proto& one : parts.inputs) graph.bytes(11, one);
  for (const Proto& one : parts.outputs) graph.bytes(12, one);
  return Proto().varint(1, 10).bytes(2, "test").bytes(7, graph).bytes(8, opset("", 21)).data();
}

/// y = x
inline std::string identity_model(DType type, const ModelDims& dims) {
  return make_model(
      {{operation("Identity", {"x"}, {"y"})}, {typed_value("x", type, dims)}, {typed_value("y", type, dims)}, {}});
}

/// sum = a + b, difference = a - b, product = a * b; float32
inline std::string arithmetic_model(const ModelDims& a = {"n"}, const ModelDims& b = {"n"},
                                    const ModelDims& out = {"n"}) {
  const auto value = [](std::string_view name, const ModelDims& dims) {
    return typed_value(name, DType::kFloat32, dims);
  };
  return make_model({{operation("Add", {"a", "b"}, {"sum"}), operation("Sub", {"a", "b"}, {"difference"}),
                      operation("Mul", {"a", "b"}, {"product"})},
                     {value("a", a), value("b", b)},
                     {value("sum", out), value("difference", out), value("product", out)},
                     {}});
}

/// y: zeros of the shape that the int64 input x says, with `rank` dimensions.
inline std::string zeros_model(int rank) {
  ModelDims dims;
  for (int i = 0; i < rank; ++i) dims.push_back("d" + std::to_string(i));
  return make_model({{operation("ConstantOfShape", {"x"}, {"y"})},
                     {typed_value("x", DType::kInt64, {std::to_string(rank)})},
                     {typed_value("y", DType::kFloat32, dims)},
                     {}});
}

/// y = x + w, with an initialiser w of `count` floats of the same value; its name may be another.
inline std::string weights_model(size_t count, float value = 1, const std::string& name = "w") {
  std::string raw(count * sizeof(value), '\0');
  for (size_t i = 0; i < count; ++i) std::memcpy(raw.data() + i * sizeof(value), &value, sizeof(value));
  const ModelDims dims{std::to_string(count)};
  return make_model({{operation("Add", {"x", name}, {"y"})},
                     {typed_value("x", DType::kFloat32, dims)},
                     {typed_value("y", DType::kFloat32, dims)},
                     {tensor_head(name, {static_cast<int64_t>(count)}).bytes(9, raw)}});
}

}  // namespace ntrt::testing
