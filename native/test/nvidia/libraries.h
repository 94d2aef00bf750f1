#pragma once
// TensorRT and its parser, opened at run time. The same source is compiled against the headers of either flavour.

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "core/shared_library.h"
#include "test/nvidia/tensorrt_log.h"

namespace ntrt::nvidia {

class Libraries {
 public:
  /// Throws where a library cannot be opened, or its version may have other virtual tables than the headers: another
  /// major version, or a minor one under `min_minor`.
  Libraries(const std::string& library, const std::string& parser, int min_minor) {
    const int major = part(library, "getInferLibMajorVersion");
    const int minor = part(library, "getInferLibMinorVersion");
    version_ = std::to_string(major) + '.' + std::to_string(minor) + '.' +
               std::to_string(part(library, "getInferLibPatchVersion")) + '.' +
               std::to_string(part(library, "getInferLibBuildVersion"));
    if (major != NV_TENSORRT_MAJOR || minor < min_minor) {
      throw std::runtime_error(library + " is version " + version_ + "; needed is " +
                               std::to_string(NV_TENSORRT_MAJOR) + '.' + std::to_string(min_minor) + " or a later " +
                               std::to_string(NV_TENSORRT_MAJOR));
    }
    create_builder_ = reinterpret_cast<CreateBuilder>(load_symbol(library, "createInferBuilder_INTERNAL"));
    create_parser_ = reinterpret_cast<CreateParser>(load_symbol(parser, "createNvOnnxParser_INTERNAL"));
  }

  const std::string& version() const { return version_; }

  std::unique_ptr<nvinfer1::IBuilder> builder(TensorRtLog& log) const {
    return required<nvinfer1::IBuilder>(create_builder_(&log, NV_TENSORRT_VERSION), "builder", log);
  }

  std::unique_ptr<nvonnxparser::IParser> parser(nvinfer1::INetworkDefinition& network, TensorRtLog& log) const {
    return required<nvonnxparser::IParser>(create_parser_(&network, &log, NV_ONNX_PARSER_VERSION), "parser", log);
  }

 private:
  using CreateBuilder = void* (*)(void* logger, int32_t version);
  using CreateParser = void* (*)(void* network, void* logger, int version);

  static int part(const std::string& library, const char* symbol) {
    return reinterpret_cast<int32_t (*)()>(load_symbol(library, symbol))();
  }

  template <typename T>
  static std::unique_ptr<T> required(void* object, const char* what, TensorRtLog& log) {
    if (object != nullptr) return std::unique_ptr<T>(static_cast<T*>(object));
    throw std::runtime_error(log.explain(std::string("TensorRT gave no ") + what));
  }

  std::string version_;
  CreateBuilder create_builder_;
  CreateParser create_parser_;
};

}  // namespace ntrt::nvidia
