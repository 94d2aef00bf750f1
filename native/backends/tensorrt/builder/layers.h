#pragma once
// The layers of a network as the parser made them.

#include <NvInfer.h>

#include <string>

namespace ntrt::tensorrt {

/// Writes a JSON array with name, type ("CONVOLUTION"), precision (type of the first output), inputs (names) and
/// outputs (name, type, dims) of each layer. Throws as OutputFile.
void write_layers(const nvinfer1::INetworkDefinition& network, const std::string& path);

}  // namespace ntrt::tensorrt
