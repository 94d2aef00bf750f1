#pragma once
// nvonnxparser::IParserRefitter: hands the weights of a model to a refitter.

#include <NvOnnxParser.h>

#include <deque>
#include <string>

#include "test/standins/tensorrt/parser/parser.h"

namespace standin {

class ParserRefitter final : public nvonnxparser::IParserRefitter {
 public:
  ParserRefitter(nvinfer1::IRefitter& refitter, Voice voice) : refitter_(refitter), voice_(voice) {}

  bool refitFromBytes(const void* model, size_t bytes, const char* path) noexcept override;
  bool refitFromFile(const char* path) noexcept override;
  int32_t getNbErrors() const noexcept override { return static_cast<int32_t>(errors_.size()); }
  const nvonnxparser::IParserError* getError(int32_t index) const noexcept override;
  void clearErrors() override { errors_.clear(); }

  // Not modelled.
  bool loadModelProto(const void* model, size_t bytes, const char* path) noexcept override;
  bool loadInitializer(const char* name, const void* data, size_t bytes) noexcept override;
  bool refitModelProto() noexcept override;
  void setRefitObserver(nvonnxparser::IRefitterObserver* observer) noexcept override;

 private:
  bool add_error(ParserError error);

  nvinfer1::IRefitter& refitter_;
  Voice voice_;
  std::deque<ParserError> errors_;
};

}  // namespace standin
