#include "backends/tensorrt/runtime/refit.h"

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "backends/tensorrt/builder/this_flavour.h"
#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::tensorrt {
namespace {

using nvinfer1::IRefitter;
using nvonnxparser::IParserRefitter;
using CreateRefitter = void* (*)(void* engine, void* logger, int32_t version);
using CreateParserRefitter = void* (*)(void* refitter, void* logger, int32_t version);

std::unique_ptr<IRefitter> make_refitter(nvinfer1::ICudaEngine& engine, const Library& library, RuntimeLog& log) {
  const auto create = reinterpret_cast<CreateRefitter>(library.symbol("createInferRefitter_INTERNAL"));
  std::unique_ptr<IRefitter> refitter(static_cast<IRefitter*>(create(&engine, &log, NV_TENSORRT_VERSION)));
  if (refitter == nullptr) {
    throw log.explain(Code::kBackendUnavailable, library.path + " gives no refitter",
                      {{"backend", this_flavour()}, {"reason", "no-refitter"}});
  }
  return refitter;
}

std::unique_ptr<IParserRefitter> make_parser(IRefitter& refitter, const Library& library, RuntimeLog& log) {
  const auto refuse = [&](const std::string& text) -> Error {
    return log.explain(Code::kBackendUnavailable, text, {{"backend", this_flavour()}, {"reason", "no-parser"}});
  };
  if (library.parser.empty()) {
    throw refuse("weights are read by the ONNX parser of " + this_flavour() + ", which is not beside " + library.path);
  }
  const auto create =
      reinterpret_cast<CreateParserRefitter>(load_symbol(library.parser, "createNvOnnxParserRefitter_INTERNAL"));
  std::unique_ptr<IParserRefitter> parser(
      static_cast<IParserRefitter*>(create(&refitter, &log, NV_ONNX_PARSER_VERSION)));
  if (parser == nullptr) throw refuse(library.parser + " gives no refitter");
  return parser;
}

/// "a, b and 7 more", of the weights that the model did not have.
std::string missing_weights(IRefitter& refitter) {
  constexpr int32_t kShown = 5;
  const int32_t count = refitter.getMissingWeights(0, nullptr);
  std::vector<const char*> names(static_cast<size_t>(std::clamp(count, 0, kShown)), "");
  refitter.getMissingWeights(static_cast<int32_t>(names.size()), names.data());
  std::string text;
  for (const char* name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return count > kShown ? text + " and " + std::to_string(count - kShown) + " more" : text;
}

std::string parser_errors(const IParserRefitter& parser) {
  std::string text;
  for (int32_t i = 0; i < parser.getNbErrors(); ++i) {
    const nvonnxparser::IParserError& error = *parser.getError(i);
    const std::string node = *error.nodeName() == '\0' ? "" : " (node '" + std::string(error.nodeName()) + "')";
    text += (text.empty() ? "" : "; ") + std::string(error.desc()) + node;
  }
  return text;
}

}  // namespace

void refit_engine(nvinfer1::ICudaEngine& engine, const Library& library, const std::string& path, RuntimeLog& log) {
  if (!engine.isRefittable() || !library.supports(Feature::kRefit)) {
    throw Error(Code::kUnsupported, "the plan was built without refittable: its weights cannot be replaced",
                {{"reason", "not-refittable"}});
  }
  const auto refitter = make_refitter(engine, library, log);
  const auto parser = make_parser(*refitter, library, log);
  const bool is_read = parser->refitFromFile(path.c_str());
  const std::string missing = missing_weights(*refitter);
  if (is_read && missing.empty() && refitter->refitCudaEngine()) return;
  std::string text = "the weights of " + path + " do not fit the plan";
  if (!missing.empty()) text += ", which also needs " + missing;
  if (const std::string errors = parser_errors(*parser); !errors.empty()) text += ": " + errors;
  throw log.explain(Code::kEngineIncompatible, text, {{"reason", "refit"}, {"missing", missing}});
}

}  // namespace ntrt::tensorrt
