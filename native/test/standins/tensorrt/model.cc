#include "test/standins/tensorrt/model.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>

#include "model/onnx_fields.h"
#include "model/onnx_outline.h"
#include "model/onnx_scan.h"
#include "model/onnx_types.h"
#include "model/protobuf_reader.h"

namespace standin {
namespace {

std::optional<DataType> type_of(int32_t onnx_type) {
  constexpr int32_t kDouble = 11;  // which the parser makes float of
  if (onnx_type == kDouble) return DataType::kFLOAT;
  const auto found = std::ranges::find(kElementTypes, onnx_type, &ElementType::onnx);
  return found == kElementTypes.end() ? std::nullopt : std::optional(found->type);
}

ModelTensor tensor_of(const ntrt::OutlineValue& value) {
  const std::optional<DataType> type = type_of(value.data_type);
  if (!type) throw std::runtime_error("tensor " + std::string(value.name) + " has a type that TensorRT does not carry");
  ModelTensor tensor{std::string(value.name), *type, no_dims(), {}};
  if (!value.has_shape) return tensor;
  if (value.dims.size() > Dims::MAX_DIMS) throw std::runtime_error("a tensor of more than 8 dimensions");
  tensor.dims.nbDims = 0;
  for (const ntrt::OutlineDim& dim : value.dims) {
    tensor.dims.d[tensor.dims.nbDims++] = dim.size;
    tensor.symbols.emplace_back(dim.symbol);
  }
  return tensor;
}

std::string_view name_of(const ntrt::OutlineNode& node) {
  std::string_view name;
  ntrt::ProtobufReader reader(node.message);
  for (ntrt::WireField field; reader.next(field);) {
    if (field.number == ntrt::NodeField::kName) name = field.text();
  }
  return name;
}

template <size_t N>
bool is_one_of(std::string_view op, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

constexpr std::array<std::string_view, 2> kMatrixOps = {"Gemm", "MatMul"};
constexpr std::array<std::string_view, 4> kDataDependentOps = {"Compress", "NonMaxSuppression", "NonZero", "Unique"};

}  // namespace

ModelPtr read_model(std::string bytes, std::string path) {
  auto model = std::make_shared<Model>();
  model->bytes = std::move(bytes);
  model->path = std::move(path);
  if (model->bytes.empty()) return model;
  const std::span<const std::byte> view = std::as_bytes(std::span(model->bytes));
  if (ntrt::scan_onnx(view).external_refs.empty()) model->path.clear();
  const ntrt::OnnxOutline outline = ntrt::read_outline(view);
  for (const ntrt::OutlineValue& value : outline.inputs) model->inputs.push_back(tensor_of(value));
  for (const ntrt::OutlineValue& value : outline.outputs) model->outputs.push_back(tensor_of(value));
  for (const auto& [name, value] : outline.values) {
    if (type_of(value.data_type)) model->inner.push_back(tensor_of(value));
  }
  const bool has_float_weights = std::any_of(outline.initializers.begin(), outline.initializers.end(),
                                             [](const auto& entry) { return entry.second.data_type == 1; });
  for (const ntrt::OutlineNode& node : outline.nodes) {
    model->nodes.push_back({std::string(name_of(node)),
                            std::string(node.op),
                            std::string(node.domain),
                            {},
                            {node.outputs.begin(), node.outputs.end()}});
    for (const std::string_view input : node.inputs) {
      if (!input.empty() && !outline.initializers.contains(input)) model->nodes.back().inputs.emplace_back(input);
    }
    if (has_float_weights && is_one_of(node.op, kMatrixOps)) model->has_float_matrices = true;
    if (is_one_of(node.op, kDataDependentOps)) model->has_unknown_sizes = true;
  }
  return model;
}

}  // namespace standin
