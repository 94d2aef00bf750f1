#pragma once
// What TensorRT's ONNX parser refuses, node by node.

#include <NvOnnxParser.h>

#include "core/json.h"

namespace ntrt::tensorrt {

/// The errors of the parser: index (-1: of no node), name and operator of each node, code and text. The parser first
/// looks at every node for what can be seen without the others and names all that are refused; then it imports them one
/// by one, and the first that does not fit (a shape, say) is its last.
Json refusals(const nvonnxparser::IParser& parser);

}  // namespace ntrt::tensorrt
