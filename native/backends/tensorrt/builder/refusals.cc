#include "backends/tensorrt/builder/refusals.h"

#include <array>

namespace ntrt::tensorrt {
namespace {

std::string error_code_name(nvonnxparser::ErrorCode code) {
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

}  // namespace

Json refusals(const nvonnxparser::IParser& parser) {
  std::vector<Json> items;
  for (int i = 0; i < parser.getNbErrors(); ++i) {
    const nvonnxparser::IParserError& error = *parser.getError(i);
    items.push_back(Json::object({{"node", error.node()},
                                  {"name", error.nodeName()},
                                  {"op", error.nodeOperator()},
                                  {"code", error_code_name(error.code())},
                                  {"text", error.desc()}}));
  }
  return Json::array(items);
}

}  // namespace ntrt::tensorrt
