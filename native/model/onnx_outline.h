#pragma once
// The main graph of a model as far as an estimate of its memory needs it: values with their types and shapes, nodes
// with what they read and write, and small integer tensors, of which shapes are computed. Views into the model, which
// must outlive it and has been scanned (onnx_scan.h): nothing here is checked again.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ntrt {

/// Names that nodes read and write, at most; bounds the memory that a hostile file takes. 64 million bytes.
inline constexpr size_t kMaxOutlineNames = size_t{1} << 22;

struct OutlineDim {
  int64_t size = -1;        // -1: not fixed
  std::string_view symbol;  // of one that is not fixed; may be ""
};

struct OutlineValue {
  std::string_view name;
  int32_t data_type = 0;  // TensorProto.DataType; 0 for a sequence, a map or an optional
  bool has_shape = false;
  std::vector<OutlineDim> dims;
};

/// A tensor in the model. Its integers are read only if it has kMaxTrackedInts or fewer.
struct OutlineTensor {
  int32_t data_type = 0;
  std::vector<int64_t> dims;
  std::optional<std::vector<int64_t>> ints;
  std::vector<float> floats;  // likewise, of float32
};
inline constexpr size_t kMaxTrackedInts = 64;

struct OutlineNode {
  std::string_view op;
  std::string_view domain;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::span<const std::byte> message;
  bool has_subgraph = false;

  int64_t int_attribute(std::string_view name, int64_t otherwise) const;
  std::optional<std::vector<int64_t>> ints_attribute(std::string_view name) const;
  std::string_view text_attribute(std::string_view name) const;
  std::optional<OutlineTensor> tensor_attribute(std::string_view name) const;
};

struct OnnxOutline {
  std::vector<OutlineValue> inputs;  // without those that are initialisers
  std::vector<OutlineValue> outputs;
  std::unordered_map<std::string_view, OutlineValue> values;  // value_info
  std::unordered_map<std::string_view, OutlineTensor> initializers;
  std::vector<OutlineNode> nodes;
  bool has_functions = false;  // nodes may be calls of functions in the model
  bool complete = true;        // false: more than kMaxOutlineNames, and the rest is missing
};

/// What goes into a model and comes out of it. Likewise views into a model that has been scanned.
struct OnnxInterface {
  std::vector<OutlineValue> inputs;  // without those that are initialisers
  std::vector<OutlineValue> outputs;
};

OnnxInterface read_interface(std::span<const std::byte> model);

OnnxOutline read_outline(std::span<const std::byte> model);

}  // namespace ntrt
