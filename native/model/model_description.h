#pragma once
// What a model is built by, without building or loading it.

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/model_estimate.h"
#include "model/model_request.h"

namespace ntrt {

struct ModelDescription {
  std::vector<DescribedValue> inputs;  // by their very names
  std::vector<DescribedValue> outputs;
  uint64_t num_nodes = 0;
  uint64_t file_bytes = 0;
  /// What the graph computes in: "int8" where it is quantised in parts, "fp16" or "bf16" where it has values of that
  /// type, else "fp32".
  std::string_view precision;
  std::vector<ExternalRef> external_refs;  // neither looked for nor checked
};

/// Reads the disk; takes time by the size of the graph, not of the weights. Throws as ModelSource::scan.
ModelDescription describe_model(ModelRequest request);

}  // namespace ntrt
