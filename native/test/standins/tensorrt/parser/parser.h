#pragma once
// nvonnxparser::IParser: checks a model and hands it to the network as it is.

#include <NvOnnxParser.h>

#include "test/standins/tensorrt/network.h"
#include "test/standins/tensorrt/parser/errors.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class Parser final : public nvonnxparser::IParser {
 public:
  Parser(nvinfer1::INetworkDefinition& network, Voice voice) : network_(network), errors_(voice) {}

  bool parse(const void* model, size_t bytes, const char* path) noexcept override;
  bool parseFromFile(const char* path, int verbosity) noexcept override;
  bool supportsOperator(const char* name) const noexcept override;
  int getNbErrors() const noexcept override { return errors_.count(); }
  const nvonnxparser::IParserError* getError(int index) const noexcept override { return errors_.get(index); }
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

  nvinfer1::INetworkDefinition& network_;
  ParserErrors errors_;
  nvonnxparser::OnnxParserFlags flags_ = bit(nvonnxparser::OnnxParserFlag::kNATIVE_INSTANCENORM);
};

}  // namespace standin
