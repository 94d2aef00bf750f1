#include "test/standins/tensorrt/parser/errors.h"

#include <exception>
#include <fstream>
#include <iterator>

namespace standin {

using nvonnxparser::ErrorCode;

ModelPtr read_given(const void* bytes, size_t size, const char* path, ParserErrors& errors) {
  try {
    return read_model(std::string(static_cast<const char*>(bytes), size), path != nullptr ? path : "");
  } catch (const std::exception& error) {
    errors.add({ErrorCode::kMODEL_DESERIALIZE_FAILED, error.what()});
    return nullptr;
  }
}

std::optional<std::string> read_file(const char* path, ParserErrors& errors) {
  std::ifstream file(path, std::ios::binary);
  if (file) return std::string{std::istreambuf_iterator<char>(file), {}};
  errors.add({ErrorCode::kMODEL_DESERIALIZE_FAILED, std::string("cannot open ") + path});
  return std::nullopt;
}

}  // namespace standin
