#pragma once
// The inputs and outputs of a network, as JSON.

#include <NvInfer.h>

#include <string>

#include "core/json.h"

namespace ntrt::tensorrt {

/// "float32"
std::string type_name(nvinfer1::DataType type);

/// -1 for a dimension that is open; none where not even their number is known.
Json dims_json(const nvinfer1::Dims& dims);

/// Name, type and dims.
Json tensor_json(const nvinfer1::ITensor& tensor);

Json inputs_json(const nvinfer1::INetworkDefinition& network);
Json outputs_json(const nvinfer1::INetworkDefinition& network);

}  // namespace ntrt::tensorrt
