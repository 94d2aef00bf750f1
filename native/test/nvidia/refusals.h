#pragma once
// What TensorRT's ONNX parser refuses, node by node.

#include <NvOnnxParser.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "test/nvidia/json.h"

namespace ntrt::nvidia {

inline std::string error_code_name(nvonnxparser::ErrorCode code) {
  static constexpr std::array<std::string_view, 15> kNames = {
      "SUCCESS",
      "INTERNAL_ERROR",
      "MEM_ALLOC_FAILED",
      "MODEL_DESERIALIZE_FAILED",
      "INVALID_VALUE",
      "INVALID_GRAPH",
      "INVALID_NODE",
      "UNSUPPORTED_GRAPH",
      "UNSUPPORTED_NODE",
      "UNSUPPORTED_NODE_ATTR",
      "UNSUPPORTED_NODE_INPUT",
      "UNSUPPORTED_NODE_DATATYPE",
      "UNSUPPORTED_NODE_DYNAMIC",
      "UNSUPPORTED_NODE_SHAPE",
      "REFIT_FAILED",
  };
  const auto index = static_cast<size_t>(code);
  return index < kNames.size() ? std::string(kNames[index]) : "code " + std::to_string(index);
}

/// The errors of the parser: index (-1: of no node), name and operator of each node, code and text. The parser first
/// looks at every node for what can be seen without the others and names all that are refused; then it imports them one
/// by one, and the first that does not fit (a shape, say) is its last.
inline Json refusals(const nvonnxparser::IParser& parser) {
  const auto text = [](const char* value) { return Json(value != nullptr ? value : ""); };
  std::vector<Json> items;
  for (int i = 0; i < parser.getNbErrors(); ++i) {
    const nvonnxparser::IParserError& error = *parser.getError(i);
    items.push_back(Json::object({{"node", error.node()},
                                  {"name", text(error.nodeName())},
                                  {"op", text(error.nodeOperator())},
                                  {"code", error_code_name(error.code())},
                                  {"text", text(error.desc())}}));
  }
  return Json::array(items);
}

}  // namespace ntrt::nvidia
