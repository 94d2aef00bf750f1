#pragma once
// nvonnxparser::IParser: checks a model and hands it to the network as it is.

#include <NvOnnxParser.h>

#include <deque>
#include <string>

#include "test/standins/tensorrt/network.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class ParserError final : public nvonnxparser::IParserError {
 public:
  ParserError(nvonnxparser::ErrorCode code, std::string text, int node = -1, ModelNode where = {})
      : code_(code), text_(std::move(text)), node_(node), where_(std::move(where)) {}
  ~ParserError() override = default;

  nvonnxparser::ErrorCode code() const override { return code_; }
  const char* desc() const override { return text_.c_str(); }
  const char* file() const override { return "stand-in"; }
  int line() const override { return 0; }
  const char* func() const override { return "parse"; }
  int node() const override { return node_; }
  const char* nodeName() const override { return where_.name.c_str(); }
  const char* nodeOperator() const override { return where_.op.c_str(); }
  const char* const* localFunctionStack() const override { return nullptr; }
  int32_t localFunctionStackSize() const override { return 0; }

 private:
  nvonnxparser::ErrorCode code_;
  std::string text_;
  int node_;
  ModelNode where_;
};

class Parser final : public nvonnxparser::IParser {
 public:
  Parser(nvinfer1::INetworkDefinition& network, Voice voice) : network_(network), voice_(voice) {}

  bool parse(const void* model, size_t bytes, const char* path) noexcept override;
  bool parseFromFile(const char* path, int verbosity) noexcept override;
  bool supportsOperator(const char* name) const noexcept override;
  int getNbErrors() const noexcept override { return static_cast<int>(errors_.size()); }
  const nvonnxparser::IParserError* getError(int index) const noexcept override;
  void clearErrors() noexcept override { errors_.clear(); }
  void setFlags(nvonnxparser::OnnxParserFlags flags) noexcept override { flags_ = flags; }
  nvonnxparser::OnnxParserFlags getFlags() const noexcept override { return flags_; }
  void clearFlag(nvonnxparser::OnnxParserFlag flag) noexcept override { flags_ &= ~bit(flag); }
  void setFlag(nvonnxparser::OnnxParserFlag flag) noexcept override { flags_ |= bit(flag); }
  bool getFlag(nvonnxparser::OnnxParserFlag flag) const noexcept override { return (flags_ & bit(flag)) != 0; }

  // Not modelled.
  const char* const* getUsedVCPluginLibraries(int64_t& number) const noexcept override;
  const nvinfer1::ITensor* getLayerOutputTensor(const char* name, int64_t index) noexcept override;
  bool supportsModelV2(const void* model, size_t bytes, const char* path) noexcept override;
  int64_t getNbSubgraphs() noexcept override;
  bool isSubgraphSupported(int64_t index) noexcept override;
  int64_t* getSubgraphNodes(int64_t index, int64_t& length) noexcept override;
  bool loadModelProto(const void* model, size_t bytes, const char* path) noexcept override;
  bool loadInitializer(const char* name, const void* data, size_t bytes) noexcept override;
  bool parseModelProto() noexcept override;
  bool setBuilderConfig(const nvinfer1::IBuilderConfig* config) noexcept override;
  void setRefitObserver(nvonnxparser::IRefitterObserver* observer) noexcept override;

 private:
  static uint32_t bit(nvonnxparser::OnnxParserFlag flag) { return 1U << static_cast<uint32_t>(flag); }
  bool add_error(ParserError error);

  nvinfer1::INetworkDefinition& network_;
  Voice voice_;
  std::deque<ParserError> errors_;
  nvonnxparser::OnnxParserFlags flags_ = bit(nvonnxparser::OnnxParserFlag::kNATIVE_INSTANCENORM);
};

}  // namespace standin
