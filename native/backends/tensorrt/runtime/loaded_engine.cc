#include "backends/tensorrt/runtime/loaded_engine.h"

#include <span>

#include "backends/tensorrt/builder/this_flavour.h"
#include "backends/tensorrt/runtime/describe.h"
#include "backends/tensorrt/runtime/plan_check.h"
#include "backends/tensorrt/runtime/refit.h"
#include "backends/tensorrt/runtime/weight_streaming.h"
#include "core/error.h"
#include "cuda/cuda_error.h"

namespace ntrt::tensorrt {
namespace {

/// The lean library runs version-compatible plans and refuses others; it is as good as nothing for those.
std::shared_ptr<const Library> find_runtime_library() {
  if (kIsRtx) return require_library(kThisFlavour);
  if (auto full = find_library(Flavour::kTensorRt)) return full.found;
  if (auto lean = find_library(Flavour::kTensorRtLean)) return lean.found;
  return require_library(kThisFlavour);  // says what was tried
}

std::shared_ptr<const Library> open_runtime_library(const std::string& path) {
  if (path.empty()) return find_runtime_library();
  try {
    return open_library(kThisFlavour, path);
  } catch (const Error& error) {
    const std::string tried = path + " (" + error.message() + ")";
    throw Error(Code::kBackendUnavailable, "no library of " + this_flavour() + ": " + tried,
                {{"backend", this_flavour()}, {"tried", tried}});
  }
}

std::string text_or_none(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

LoadedEngine::LoadedEngine(const NtrtPlanRequest& request)
    : log_(RuntimeLog::take(request.log, request.log_context)),
      library_(open_runtime_library(request.library)),
      device_(use_device(request.device)),
      runtime_(nullptr, {device_.context}),
      engine_(nullptr, {device_.context}) {
  const cuda::ContextScope scope(*device_.context);
  deserialize(request);
  if (const std::string weights = text_or_none(request.weights); !weights.empty()) {
    refit_engine(*engine_, *library_, weights, *log_);
  }
  limit_weights(*engine_, *library_, request.weight_budget, *log_);
  tensors_ = read_tensors(*engine_);
  cache_ = std::make_unique<RuntimeCache>(text_or_none(request.runtime_cache), *engine_, *library_, device_, *log_);
  write_facts();
}

LoadedEngine::~LoadedEngine() { cache_->save(); }

void LoadedEngine::deserialize(const NtrtPlanRequest& request) {
  const auto create =
      reinterpret_cast<void* (*)(void* logger, int32_t version)>(library_->symbol("createInferRuntime_INTERNAL"));
  runtime_.reset(static_cast<nvinfer1::IRuntime*>(create(log_.get(), NV_TENSORRT_VERSION)));
  if (runtime_ == nullptr) {
    throw log_->explain(Code::kBackendUnavailable, library_->path + " gives no runtime",
                        {{"backend", this_flavour()}, {"reason", "no-runtime"}});
  }
  // Plans may bring code for the host; it is never run.
  if (runtime_->getEngineHostCodeAllowed()) runtime_->setEngineHostCodeAllowed(false);
  const std::span plan(static_cast<const std::byte*>(request.plan), request.plan_bytes);
  check_plan(*runtime_, *library_, device_, plan);
  engine_.reset(runtime_->deserializeCudaEngine(plan.data(), plan.size()));
  if (engine_ != nullptr) return;
  device_.context->synchronize();  // says so where the context is lost
  throw log_->explain(
      Code::kEngineIncompatible,
      this_flavour() + " " + to_string(library_->version) + " does not load the plan on " + device_.info.name,
      {{"reason", "refused"}, {"version", to_string(library_->version)}});
}

void LoadedEngine::write_facts() {
  json_ = describe_engine(*engine_, tensors_, *library_, device_, *cache_);
  for (const auto* group : {&tensors_.inputs, &tensors_.outputs}) {
    for (const EngineTensor& tensor : *group) {
      tensor_facts_.push_back(
          {tensor.name.c_str(), static_cast<int32_t>(tensor.type), tensor.dims.data(), tensor.dims.size()});
    }
  }
  const size_t num_inputs = tensors_.inputs.size();
  facts_ = {sizeof(NtrtEngineFacts),           tensor_facts_.data(),    num_inputs,
            tensor_facts_.data() + num_inputs, tensors_.outputs.size(), json_.c_str()};
}

}  // namespace ntrt::tensorrt
