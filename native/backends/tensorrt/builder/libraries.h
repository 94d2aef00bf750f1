#pragma once
// TensorRT and its parser, opened at run time. The same source is compiled against the headers of either flavour.

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <memory>
#include <string>

#include "backends/tensorrt/builder/tensorrt_log.h"
#include "backends/tensorrt/loader/library.h"

namespace ntrt::tensorrt {

class Libraries {
 public:
  /// Of what the loader has opened, whose version has been read. Throws Error{kBackendUnavailable} as load_symbol().
  Libraries(std::shared_ptr<const Library> library, const std::string& parser);
  Libraries(Flavour flavour, const std::string& library, const std::string& parser)
      : Libraries(open_library(flavour, library), parser) {}

  std::string version() const { return to_string(library_->version); }

  // Each throws Error{kBackendUnavailable} with what the library said where it gives none: without a GPU, TensorRT has
  // no builder.
  std::unique_ptr<nvinfer1::IBuilder> builder(TensorRtLog& log) const;
  std::unique_ptr<nvonnxparser::IParser> parser(nvinfer1::INetworkDefinition& network, TensorRtLog& log) const;
  std::unique_ptr<nvinfer1::IRuntime> runtime(TensorRtLog& log) const;

 private:
  using CreateBuilder = void* (*)(void* logger, int32_t version);
  using CreateParser = void* (*)(void* network, void* logger, int version);
  using CreateRuntime = void* (*)(void* logger, int32_t version);

  std::shared_ptr<const Library> library_;
  CreateBuilder create_builder_;
  CreateParser create_parser_;
};

}  // namespace ntrt::tensorrt
