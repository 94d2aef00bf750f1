#pragma once
// An ONNX model as the stand-ins carry it from the parser by way of the plan to the engine: its bytes, and what is
// asked of it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "test/standins/tensorrt/shapes.h"

namespace standin {

struct ModelTensor {
  std::string name;
  DataType type = DataType::kFLOAT;
  Dims dims = no_dims();             ///< -1 for a dimension that is open
  std::vector<std::string> symbols;  ///< its name, or ""; one for each dimension
};

struct ModelNode {
  std::string name;
  std::string op;
  std::string domain;
  std::vector<std::string> inputs;  ///< without weights
  std::vector<std::string> outputs;
};

struct Model {
  std::string bytes;
  std::string path;  ///< of the file, beside which its external data lies; "" if it has none
  std::vector<ModelTensor> inputs;
  std::vector<ModelTensor> outputs;
  std::vector<ModelNode> nodes;
  std::vector<ModelTensor> inner;   ///< those between nodes of which the model says something
  bool has_float_matrices = false;  ///< MatMul or Gemm, and float32 weights: what Turing cannot do with FP32
  bool has_unknown_sizes = false;   ///< some shape depends on data
};

using ModelPtr = std::shared_ptr<const Model>;

/// Throws std::exception where the bytes are no model. No bytes are an empty one, as for NVIDIA's parser.
ModelPtr read_model(std::string bytes, std::string path);

}  // namespace standin
