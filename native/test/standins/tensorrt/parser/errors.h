#pragma once
// What parsers have to say of a model.

#include <NvOnnxParser.h>

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "test/standins/tensorrt/model.h"
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

/// Those of a parser, which it also says.
class ParserErrors {
 public:
  explicit ParserErrors(Voice voice) : voice_(voice) {}

  /// Returns false, so that a function can end with it.
  bool add(ParserError error) {
    voice_.error(nvinfer1::ErrorCode::kUNSPECIFIED_ERROR, error.desc());
    errors_.push_back(std::move(error));
    return false;
  }
  int count() const { return static_cast<int>(errors_.size()); }
  const nvonnxparser::IParserError* get(int index) const {
    return index < 0 || index >= count() ? nullptr : &errors_[static_cast<size_t>(index)];
  }
  void clear() { errors_.clear(); }

 private:
  Voice voice_;
  std::deque<ParserError> errors_;
};

/// The model of a parser's arguments; null, which `errors` says, where it is none.
ModelPtr read_given(const void* bytes, size_t size, const char* path, ParserErrors& errors);

/// The bytes of a file; no value, likewise.
std::optional<std::string> read_file(const char* path, ParserErrors& errors);

}  // namespace standin
