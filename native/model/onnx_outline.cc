#include "model/onnx_outline.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "model/onnx_fields.h"
#include "model/onnx_tensor.h"
#include "model/onnx_types.h"
#include "model/protobuf_reader.h"

namespace ntrt {
namespace {

template <typename Visit>
void each_field(std::span<const std::byte> message, Visit&& visit) {
  WireField field;
  for (ProtobufReader reader(message); reader.next(field);) visit(field);
}

/// The first field of that number that is a message or a text; an empty one if there is none.
WireField child(std::span<const std::byte> message, uint32_t number) {
  WireField field;
  for (ProtobufReader reader(message); reader.next(field);) {
    if (field.number == number && field.type == WireType::kBytes) return field;
  }
  return {};
}

void read_shape(std::span<const std::byte> shape, OutlineValue& value) {
  value.has_shape = true;
  each_field(shape, [&](const WireField& dim) {
    if (dim.number != ShapeField::kDim || dim.type != WireType::kBytes || value.dims.size() > kMaxRank) return;
    OutlineDim read;
    each_field(dim.bytes, [&](const WireField& field) {
      if (field.number == DimField::kValue && field.type == WireType::kVarint) {
        read.size = static_cast<int64_t>(field.value);
      }
      if (field.number == DimField::kSymbol && field.type == WireType::kBytes) read.symbol = field.text();
    });
    if (read.size < 0) read.size = -1;
    value.dims.push_back(read);
  });
}

OutlineValue read_value(std::span<const std::byte> message) {
  OutlineValue value;
  value.name = child(message, ValueInfoField::kName).text();
  const WireField type = child(message, ValueInfoField::kType);
  each_field(child(type.bytes, TypeField::kTensor).bytes, [&](const WireField& field) {
    if (field.number == TensorTypeField::kElementType && field.type == WireType::kVarint) {
      value.data_type = static_cast<int32_t>(field.value);
    }
    if (field.number == TensorTypeField::kShape && field.type == WireType::kBytes) read_shape(field.bytes, value);
  });
  return value;
}

template <typename T, typename Result>
void read_raw(std::span<const std::byte> raw, size_t count, std::vector<Result>& into) {
  if constexpr (std::endian::native != std::endian::little) return;
  if (raw.size() != count * sizeof(T)) return;
  for (size_t i = 0; i < count; ++i) {
    T number{};
    std::memcpy(&number, raw.data() + i * sizeof(T), sizeof(T));
    into.push_back(static_cast<Result>(number));
  }
}

OutlineTensor read_tensor(std::span<const std::byte> message) {
  TensorHead head;
  read_tensor_head(message, head);
  OutlineTensor tensor;
  tensor.data_type = head.data_type;
  if (head.rank > kMaxRank) {
    tensor.dims = {-1};  // no shape that can be calculated with
    return tensor;
  }
  tensor.dims.assign(head.dims.begin(), head.dims.begin() + static_cast<ptrdiff_t>(head.rank));
  const uint64_t count = head.product.elements();
  const bool integers = head.data_type == onnx_type::kInt32 || head.data_type == onnx_type::kInt64;
  if (head.external || count > kMaxTrackedInts || !(integers || head.data_type == onnx_type::kFloat32)) return tensor;
  std::vector<int64_t> ints;
  const auto number_of = static_cast<size_t>(count);
  each_field(message, [&](const WireField& field) {
    const bool own = (field.number == TensorField::kInt32Data && head.data_type == onnx_type::kInt32) ||
                     (field.number == TensorField::kInt64Data && head.data_type == onnx_type::kInt64);
    if (own) {
      read_dims(field, [&](int64_t number) {
        if (ints.size() >= number_of) return;
        ints.push_back(head.data_type == onnx_type::kInt32 ? static_cast<int32_t>(number) : number);
      });
    }
    if (field.type != WireType::kBytes) return;
    if (field.number == TensorField::kFloatData && head.data_type == onnx_type::kFloat32) {
      read_raw<float>(field.bytes, number_of, tensor.floats);
    }
    if (field.number == TensorField::kRawData) {
      if (head.data_type == onnx_type::kInt32) read_raw<int32_t>(field.bytes, number_of, ints);
      if (head.data_type == onnx_type::kInt64) read_raw<int64_t>(field.bytes, number_of, ints);
      if (head.data_type == onnx_type::kFloat32) read_raw<float>(field.bytes, number_of, tensor.floats);
    }
  });
  if (integers && ints.size() == number_of) tensor.ints = std::move(ints);
  return tensor;
}

OutlineNode read_node(std::span<const std::byte> message, size_t& names) {
  OutlineNode node;
  node.message = message;
  each_field(message, [&](const WireField& field) {
    if (field.type != WireType::kBytes) return;
    if (field.number == NodeField::kOpType) node.op = field.text();
    if (field.number == NodeField::kDomain) node.domain = field.text();
    if (field.number == NodeField::kAttribute) {
      each_field(field.bytes, [&](const WireField& part) {
        if (part.number == AttributeField::kGraph || part.number == AttributeField::kGraphs) node.has_subgraph = true;
      });
    }
    const bool input = field.number == NodeField::kInput;
    if ((!input && field.number != NodeField::kOutput) || names == kMaxOutlineNames) return;
    ++names;
    (input ? node.inputs : node.outputs).push_back(field.text());
  });
  return node;
}

template <typename Read>
void with_attribute(std::span<const std::byte> node, std::string_view name, Read&& read) {
  each_field(node, [&](const WireField& field) {
    if (field.number != NodeField::kAttribute || field.type != WireType::kBytes) return;
    if (child(field.bytes, AttributeField::kName).text() == name) each_field(field.bytes, read);
  });
}

}  // namespace

int64_t OutlineNode::int_attribute(std::string_view name, int64_t otherwise) const {
  int64_t found = otherwise;
  with_attribute(message, name, [&](const WireField& field) {
    if (field.number == AttributeField::kInt && field.type == WireType::kVarint) {
      found = static_cast<int64_t>(field.value);
    }
  });
  return found;
}

std::optional<std::vector<int64_t>> OutlineNode::ints_attribute(std::string_view name) const {
  std::optional<std::vector<int64_t>> found;
  with_attribute(message, name, [&](const WireField& field) {
    if (field.number != AttributeField::kInts) return;
    if (!found) found.emplace();
    read_dims(field, [&](int64_t number) {
      if (found->size() < kMaxTrackedInts) found->push_back(number);
    });
  });
  return found;
}

std::string_view OutlineNode::text_attribute(std::string_view name) const {
  std::string_view found;
  with_attribute(message, name, [&](const WireField& field) {
    if (field.number == AttributeField::kString && field.type == WireType::kBytes) found = field.text();
  });
  return found;
}

std::optional<OutlineTensor> OutlineNode::tensor_attribute(std::string_view name) const {
  std::optional<OutlineTensor> found;
  with_attribute(message, name, [&](const WireField& field) {
    if (field.number == AttributeField::kTensor && field.type == WireType::kBytes) found = read_tensor(field.bytes);
  });
  return found;
}

OnnxInterface read_interface(std::span<const std::byte> model) {
  const std::span<const std::byte> graph = child(model, ModelField::kGraph).bytes;
  OnnxInterface found;
  each_field(graph, [&](const WireField& field) {
    if (field.number == GraphField::kInput) found.inputs.push_back(read_value(field.bytes));
    if (field.number == GraphField::kOutput) found.outputs.push_back(read_value(field.bytes));
  });
  std::unordered_set<std::string_view> constants;
  each_field(graph, [&](const WireField& field) {
    if (field.number == GraphField::kInitializer) constants.insert(child(field.bytes, TensorField::kName).text());
    if (field.number == GraphField::kSparseInitializer) {
      constants.insert(child(child(field.bytes, SparseField::kValues).bytes, TensorField::kName).text());
    }
  });
  std::erase_if(found.inputs, [&](const OutlineValue& value) { return constants.contains(value.name); });
  return found;
}

OnnxOutline read_outline(std::span<const std::byte> model) {
  OnnxOutline outline;
  size_t names = 0;
  each_field(child(model, ModelField::kGraph).bytes, [&](const WireField& field) {
    if (field.type != WireType::kBytes) return;
    if (names == kMaxOutlineNames) return;
    switch (field.number) {
      case GraphField::kNode:
        outline.nodes.push_back(read_node(field.bytes, names));
        break;
      case GraphField::kInitializer:
        ++names;
        outline.initializers.insert_or_assign(child(field.bytes, TensorField::kName).text(), read_tensor(field.bytes));
        break;
      case GraphField::kSparseInitializer: {
        ++names;
        const auto values = child(field.bytes, SparseField::kValues).bytes;
        OutlineTensor dense;  // of another shape than its values
        dense.data_type = read_tensor(values).data_type;
        dense.dims = {-1};
        outline.initializers.insert_or_assign(child(values, TensorField::kName).text(), std::move(dense));
        break;
      }
      case GraphField::kInput:
      case GraphField::kOutput:
        ++names;
        (field.number == GraphField::kInput ? outline.inputs : outline.outputs).push_back(read_value(field.bytes));
        break;
      case GraphField::kValueInfo: {
        ++names;
        OutlineValue value = read_value(field.bytes);
        outline.values.insert_or_assign(value.name, std::move(value));
        break;
      }
      default:
        break;
    }
  });
  outline.complete = names < kMaxOutlineNames;
  each_field(model, [&](const WireField& field) { outline.has_functions |= field.number == ModelField::kFunctions; });
  std::erase_if(outline.inputs, [&](const OutlineValue& value) { return outline.initializers.contains(value.name); });
  return outline;
}

}  // namespace ntrt
