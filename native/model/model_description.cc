#include "model/model_description.h"

#include <utility>

namespace ntrt {
namespace {

std::vector<DescribedValue> as_written(const std::vector<OutlineValue>& values) {
  std::vector<DescribedValue> described;
  described.reserve(values.size());
  for (const OutlineValue& value : values) {
    DescribedValue one{std::string(value.name), std::string(onnx_type_name(value.data_type)), value.has_shape, {}};
    for (const OutlineDim& dim : value.dims) {
      if (dim.size >= 0) {
        one.dims.emplace_back(dim.size);
      } else {
        one.dims.emplace_back(std::string(dim.symbol));
      }
    }
    described.push_back(std::move(one));
  }
  return described;
}

std::string_view precision_of(const OnnxScan& scan) noexcept {
  if (scan.quantised) return "int8";
  if (scan.float16) return "fp16";
  return scan.bfloat16 ? "bf16" : "fp32";
}

}  // namespace

ModelDescription describe_model(ModelRequest request) {
  const ModelSource source = find_model(request);
  OnnxScan scan = source.scan(request.policy.limits);
  const OnnxInterface interface = read_interface(source.bytes());
  ModelDescription description;
  description.inputs = as_written(interface.inputs);
  description.outputs = as_written(interface.outputs);
  description.num_nodes = scan.num_nodes;
  description.file_bytes = source.bytes().size();
  description.precision = precision_of(scan);
  description.external_refs = std::move(scan.external_refs);
  return description;
}

}  // namespace ntrt
