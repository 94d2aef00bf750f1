#include "model/model_estimate.h"

#include <utility>

#include "model/path_text.h"

namespace ntrt {
namespace {

DescribedValue describe(const OutlineValue& value) {
  DescribedValue described{printable(value.name), std::string(onnx_type_name(value.data_type)), value.has_shape, {}};
  for (const OutlineDim& dim : value.dims) {
    if (dim.size >= 0) {
      described.dims.emplace_back(dim.size);
    } else {
      described.dims.emplace_back(printable(dim.symbol));
    }
  }
  return described;
}

}  // namespace

ModelEstimate estimate_model(EstimateRequest request) {
  ModelSource source = open_model(request);
  const OnnxScan& scan = source.verify(request.policy);
  ModelEstimate estimate;
  estimate.ir_version = scan.ir_version;
  estimate.producer = scan.producer_name;
  if (!scan.producer_version.empty()) estimate.producer += " " + scan.producer_version;
  estimate.opset_imports = scan.opset_imports;
  estimate.num_nodes = scan.num_nodes;
  estimate.file_bytes = source.bytes().size();
  for (const ExternalRef& ref : scan.external_refs) estimate.external_bytes += ref.extent();
  estimate.weights = scan.bytes_by_type;

  const OnnxOutline outline = read_outline(source.bytes());
  for (const OutlineValue& input : outline.inputs) estimate.inputs.push_back(describe(input));
  for (const OutlineValue& output : outline.outputs) estimate.outputs.push_back(describe(output));
  estimate.free_batch = has_free_batch(outline);
  for (const int64_t batch : request.batches) {
    request.sizes.batch = batch;
    estimate.activations.push_back(estimate_activations(outline, request.sizes));
  }
  return estimate;
}

}  // namespace ntrt
