#pragma once
// TensorRT and its parser, opened at run time. The same source is compiled against the headers of either flavour.

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "backends/tensorrt/loader/library.h"
#include "core/shared_library.h"
#include "test/nvidia/tensorrt_log.h"

namespace ntrt::nvidia {

class Libraries {
 public:
  /// Throws as the loader does: before anything of them is called where their version is none that we fit.
  Libraries(tensorrt::Flavour flavour, const std::string& library, const std::string& parser)
      : library_(tensorrt::open_library(flavour, library)),
        create_builder_(reinterpret_cast<CreateBuilder>(library_->symbol("createInferBuilder_INTERNAL"))),
        create_parser_(reinterpret_cast<CreateParser>(load_symbol(parser, "createNvOnnxParser_INTERNAL"))) {}

  std::string version() const { return to_string(library_->version); }

  std::unique_ptr<nvinfer1::IBuilder> builder(TensorRtLog& log) const {
    return required<nvinfer1::IBuilder>(create_builder_(&log, NV_TENSORRT_VERSION), "builder", log);
  }

  std::unique_ptr<nvonnxparser::IParser> parser(nvinfer1::INetworkDefinition& network, TensorRtLog& log) const {
    return required<nvonnxparser::IParser>(create_parser_(&network, &log, NV_ONNX_PARSER_VERSION), "parser", log);
  }

  std::unique_ptr<nvinfer1::IRuntime> runtime(TensorRtLog& log) const {
    const auto create = reinterpret_cast<CreateRuntime>(library_->symbol("createInferRuntime_INTERNAL"));
    return required<nvinfer1::IRuntime>(create(&log, NV_TENSORRT_VERSION), "runtime", log);
  }

 private:
  using CreateBuilder = void* (*)(void* logger, int32_t version);
  using CreateParser = void* (*)(void* network, void* logger, int version);
  using CreateRuntime = void* (*)(void* logger, int32_t version);

  template <typename T>
  static std::unique_ptr<T> required(void* object, const char* what, TensorRtLog& log) {
    if (object != nullptr) return std::unique_ptr<T>(static_cast<T*>(object));
    throw std::runtime_error(log.explain(std::string("TensorRT gave no ") + what));
  }

  std::shared_ptr<const tensorrt::Library> library_;
  CreateBuilder create_builder_;
  CreateParser create_parser_;
};

}  // namespace ntrt::nvidia
