#pragma once
// nvonnxparser::IParserRefitter: hands the weights of a model to a refitter.

#include <NvOnnxParser.h>

#include "test/standins/tensorrt/parser/errors.h"

namespace standin {

class ParserRefitter final : public nvonnxparser::IParserRefitter {
 public:
  ParserRefitter(nvinfer1::IRefitter& refitter, Voice voice) : refitter_(refitter), errors_(voice) {}

  bool refitFromBytes(const void* model, size_t bytes, const char* path) noexcept override;
  bool refitFromFile(const char* path) noexcept override;
  int32_t getNbErrors() const noexcept override { return errors_.count(); }
  const nvonnxparser::IParserError* getError(int32_t index) const noexcept override { return errors_.get(index); }
  void clearErrors() override { errors_.clear(); }

  // Not modelled.
  bool loadModelProto(const void* model, size_t bytes, const char* path) noexcept override;
  bool loadInitializer(const char* name, const void* data, size_t bytes) noexcept override;
  bool refitModelProto() noexcept override;
  void setRefitObserver(nvonnxparser::IRefitterObserver* observer) noexcept override;

 private:
  nvinfer1::IRefitter& refitter_;
  ParserErrors errors_;
};

}  // namespace standin
