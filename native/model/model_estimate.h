#pragma once
// What a model is and takes, without loading it.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "model/activation_walk.h"
#include "model/model_request.h"
#include "model/onnx_types.h"

namespace ntrt {

struct EstimateRequest : ModelRequest {
  RunSizes sizes;                // but for the batch
  std::vector<int64_t> batches;  ///< an estimate of activations for each
};

struct DescribedValue {
  std::string name;
  std::string type;  // "float32", … as ONNX has them; "" for what is no tensor
  bool has_shape = false;
  std::vector<Dim> dims;
};

struct ModelEstimate {
  int64_t ir_version = 0;
  std::string producer;
  std::vector<OpsetImport> opset_imports;
  uint64_t num_nodes = 0;
  uint64_t file_bytes = 0;
  uint64_t external_bytes = 0;
  std::array<uint64_t, kNumOnnxTypes> weights{};  // bytes by TensorProto.DataType
  std::vector<DescribedValue> inputs;
  std::vector<DescribedValue> outputs;
  bool free_batch = false;
  std::vector<ActivationEstimate> activations;  // one per batch that was asked for
};

/// Reads the disk; takes time by the size of the graph, not of the weights. Throws as open_model.
ModelEstimate estimate_model(EstimateRequest request);

}  // namespace ntrt
