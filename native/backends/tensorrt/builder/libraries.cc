#include "backends/tensorrt/builder/libraries.h"

#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::tensorrt {
namespace {

template <typename T>
std::unique_ptr<T> require_object(void* object, const std::string& what, const Library& library, TensorRtLog& log) {
  if (object != nullptr) return std::unique_ptr<T>(static_cast<T*>(object));
  const std::string name(info_of(library.flavour).name);
  throw Error(Code::kBackendUnavailable, log.explain(library.path + " gives no " + what),
              {{"backend", name}, {"reason", "no-" + what}});
}

}  // namespace

Libraries::Libraries(std::shared_ptr<const Library> library, const std::string& parser)
    : library_(std::move(library)),
      create_builder_(reinterpret_cast<CreateBuilder>(library_->symbol("createInferBuilder_INTERNAL"))),
      create_parser_(reinterpret_cast<CreateParser>(load_symbol(parser, "createNvOnnxParser_INTERNAL"))) {}

std::unique_ptr<nvinfer1::IBuilder> Libraries::builder(TensorRtLog& log) const {
  return require_object<nvinfer1::IBuilder>(create_builder_(&log, NV_TENSORRT_VERSION), "builder", *library_, log);
}

std::unique_ptr<nvonnxparser::IParser> Libraries::parser(nvinfer1::INetworkDefinition& network,
                                                         TensorRtLog& log) const {
  void* const parser = create_parser_(&network, &log, NV_ONNX_PARSER_VERSION);
  return require_object<nvonnxparser::IParser>(parser, "parser", *library_, log);
}

std::unique_ptr<nvinfer1::IRuntime> Libraries::runtime(TensorRtLog& log) const {
  const auto create = reinterpret_cast<CreateRuntime>(library_->symbol("createInferRuntime_INTERNAL"));
  return require_object<nvinfer1::IRuntime>(create(&log, NV_TENSORRT_VERSION), "runtime", *library_, log);
}

}  // namespace ntrt::tensorrt
