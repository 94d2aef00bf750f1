#include "backends/cpu/cpu_model.h"

#include <algorithm>
#include <string_view>

namespace ntrt::cpu {
namespace {

struct Names {
  decltype(OrtApi::SessionGetInputCount) count;
  decltype(OrtApi::SessionGetInputName) name;
  decltype(OrtApi::SessionGetInputTypeInfo) type_info;
};

std::string_view kind_name(ONNXType kind) noexcept {
  switch (kind) {
    case ONNX_TYPE_SEQUENCE:
      return "sequence";
    case ONNX_TYPE_MAP:
      return "map";
    case ONNX_TYPE_OPTIONAL:
      return "optional";
    case ONNX_TYPE_SPARSETENSOR:
      return "sparse tensor";
    default:
      return "unknown";
  }
}

TensorSpec describe(const OrtApi& api, const OrtTypeInfo* type_info, std::string name) {
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  check(api, api.CastTypeInfoToTensorInfo(type_info, &tensor), Step::kLoad);
  if (tensor == nullptr) {
    ONNXType kind = ONNX_TYPE_UNKNOWN;
    check(api, api.GetOnnxTypeFromTypeInfo(type_info, &kind), Step::kLoad);
    const std::string text(kind_name(kind));
    throw Error(Code::kUnsupported, "'" + name + "' is of type " + text + "; only tensors are supported",
                {{"tensor", name}, {"valueType", text}});
  }
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t rank = 0;
  check(api, api.GetTensorElementType(tensor, &type), Step::kLoad);
  check(api, api.GetDimensionsCount(tensor, &rank), Step::kLoad);
  Shape sizes(rank);
  std::vector<const char*> symbols(rank);
  check(api, api.GetDimensions(tensor, sizes.data(), rank), Step::kLoad);
  check(api, api.GetSymbolicDimensions(tensor, symbols.data(), rank), Step::kLoad);

  TensorSpec spec;
  spec.name = std::move(name);
  spec.any_rank = !api.TensorTypeAndShape_HasShape(tensor);
  spec.type = from_ort(type, spec.name);
  for (size_t i = 0; i < rank; ++i) {
    if (sizes[i] >= 0) {
      spec.dims.emplace_back(sizes[i]);
    } else {
      spec.dims.emplace_back(std::string(symbols[i] != nullptr ? symbols[i] : ""));
    }
  }
  return spec;
}

std::vector<TensorSpec> describe_all(const OrtApi& api, const OrtSession* session, const Names& names) {
  OrtAllocator* allocator = nullptr;
  check(api, api.GetAllocatorWithDefaultOptions(&allocator), Step::kLoad);
  size_t count = 0;
  check(api, names.count(session, &count), Step::kLoad);
  std::vector<TensorSpec> specs;
  for (size_t i = 0; i < count; ++i) {
    char* raw = nullptr;
    check(api, names.name(session, i, allocator, &raw), Step::kLoad);
    const auto free = [allocator](char* text) { allocator->Free(allocator, text); };
    const std::unique_ptr<char, decltype(free)> name(raw, free);
    OrtTypeInfo* type_info = nullptr;
    check(api, names.type_info(session, i, &type_info), Step::kLoad);
    const OrtPtr<OrtTypeInfo> owner(type_info, api.ReleaseTypeInfo);
    specs.push_back(describe(api, type_info, name.get()));
  }
  return specs;
}

}  // namespace

CpuModel::CpuModel(OrtLibrary& ort, OrtPtr<OrtSession> session) : ort_(ort), session_(std::move(session)) {
  const OrtApi& api = ort.api();
  signature_.inputs = describe_all(api, session_.get(),
                                   {api.SessionGetInputCount, api.SessionGetInputName, api.SessionGetInputTypeInfo});
  signature_.outputs = describe_all(
      api, session_.get(), {api.SessionGetOutputCount, api.SessionGetOutputName, api.SessionGetOutputTypeInfo});
  for (const auto& spec : signature_.inputs) input_names_.push_back(spec.name.c_str());
  for (const auto& spec : signature_.outputs) {
    output_names_.push_back(spec.name.c_str());
    const auto input = std::find_if(signature_.inputs.begin(), signature_.inputs.end(),
                                    [&spec](const TensorSpec& candidate) { return candidate.name == spec.name; });
    const bool passed = input != signature_.inputs.end();
    passed_inputs_.push_back(passed ? std::optional<size_t>(input - signature_.inputs.begin()) : std::nullopt);
  }
}

std::unique_ptr<Instance> CpuModel::create_instance() { return std::make_unique<CpuInstance>(*this); }

}  // namespace ntrt::cpu
