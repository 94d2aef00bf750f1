#include "test/standins/tensorrt/parser/parser.h"

#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/not_modelled.h"
#include "test/standins/tensorrt/parser/operators.h"
#include "test/standins/tensorrt/parser/refitter.h"

namespace standin {

using nvonnxparser::ErrorCode;

bool Parser::parse(const void* bytes, size_t size, const char* path) noexcept {
  if (!call("parse")) return errors_.add({ErrorCode::kINTERNAL_ERROR, "a fault that was asked for"});
  ModelPtr model = read_given(bytes, size, path, errors_);
  if (model == nullptr) return false;
  bool is_whole = true;
  for (size_t i = 0; i < model->nodes.size(); ++i) {
    const ModelNode& node = model->nodes[i];
    const bool is_onnx = node.domain.empty() || node.domain == "ai.onnx";
    if (is_onnx && is_supported(node.op)) continue;
    is_whole = errors_.add(
        {ErrorCode::kINVALID_NODE, "there is no plugin for operator " + node.op, static_cast<int>(i), node});
  }
  adopt_model(network_, std::move(model), is_whole);
  return is_whole;
}

bool Parser::parseFromFile(const char* path, int) noexcept {
  const auto bytes = read_file(path, errors_);
  return bytes && parse(bytes->data(), bytes->size(), path);
}

bool Parser::supportsOperator(const char* name) const noexcept { return is_supported(name); }

const char* const* Parser::getUsedVCPluginLibraries(int64_t&) const noexcept {
  return not_modelled<const char* const*>("IParser::getUsedVCPluginLibraries");
}
const nvinfer1::ITensor* Parser::getLayerOutputTensor(const char*, int64_t) noexcept {
  return not_modelled<const nvinfer1::ITensor*>("IParser::getLayerOutputTensor");
}
bool Parser::supportsModelV2(const void*, size_t, const char*) noexcept {
  return not_modelled<bool>("IParser::supportsModelV2");
}
int64_t Parser::getNbSubgraphs() noexcept { return not_modelled<int64_t>("IParser::getNbSubgraphs"); }
bool Parser::isSubgraphSupported(int64_t) noexcept { return not_modelled<bool>("IParser::isSubgraphSupported"); }
int64_t* Parser::getSubgraphNodes(int64_t, int64_t&) noexcept {
  return not_modelled<int64_t*>("IParser::getSubgraphNodes");
}
bool Parser::loadModelProto(const void*, size_t, const char*) noexcept {
  return not_modelled<bool>("IParser::loadModelProto");
}
bool Parser::loadInitializer(const char*, const void*, size_t) noexcept {
  return not_modelled<bool>("IParser::loadInitializer");
}
bool Parser::parseModelProto() noexcept { return not_modelled<bool>("IParser::parseModelProto"); }
bool Parser::setBuilderConfig(const nvinfer1::IBuilderConfig*) noexcept {
  return not_modelled<bool>("IParser::setBuilderConfig");
}
void Parser::setRefitObserver(nvonnxparser::IRefitterObserver*) noexcept {
  not_modelled<void>("IParser::setRefitObserver");
}

}  // namespace standin

extern "C" {

void* createNvOnnxParser_INTERNAL(void* network, void* logger, int) noexcept {
  if (network == nullptr || logger == nullptr) return nullptr;
  return static_cast<nvonnxparser::IParser*>(new standin::Parser(
      *static_cast<nvinfer1::INetworkDefinition*>(network), standin::Voice(static_cast<nvinfer1::ILogger*>(logger))));
}

void* createNvOnnxParserRefitter_INTERNAL(void* refitter, void* logger, int32_t) noexcept {
  if (refitter == nullptr || logger == nullptr) return nullptr;
  return static_cast<nvonnxparser::IParserRefitter*>(new standin::ParserRefitter(
      *static_cast<nvinfer1::IRefitter*>(refitter), standin::Voice(static_cast<nvinfer1::ILogger*>(logger))));
}

int getNvOnnxParserVersion() noexcept { return NV_ONNX_PARSER_VERSION; }

}  // extern "C"
