#include "backends/tensorrt/module_backend.h"

#include <span>

#include "backends/tensorrt/module_model.h"
#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

std::span<const std::byte> plan_bytes(const ModelSource& source, const PlanRequest& request) {
  const std::span<const std::byte> file = source.bytes();
  if (request.offset <= file.size() && request.bytes <= file.size() - request.offset) {
    return file.subspan(request.offset, request.bytes);
  }
  throw Error(Code::kModelInvalid, request.file + ": the file ends before the plan does",
              {{"reason", "truncated"},
               {"path", request.file},
               {"expected", static_cast<double>(request.offset) + static_cast<double>(request.bytes)},
               {"received", static_cast<double>(file.size())}});
}

}  // namespace

ModuleBackend::ModuleBackend(const PlanRequest& request, std::function<void()> on_open)
    : request_(request), on_open_(std::move(on_open)), library_(ModuleLibrary::open(request.module, request.flavour)) {}

std::unique_ptr<LoadedModel> ModuleBackend::load(const ModelSource& source, const BackendOptions&, LoadCancellation&) {
  const std::span<const std::byte> plan = plan_bytes(source, request_);
  // The module's log is called until the engine is unloaded; the model keeps what it leads to.
  const auto tell = [](void* log, int severity, const char* text) { static_cast<PlanLog*>(log)->add(severity, text); };
  const NtrtPlanRequest request{sizeof(NtrtPlanRequest),
                                request_.library.c_str(),
                                request_.device.c_str(),
                                plan.data(),
                                plan.size(),
                                request_.log ? +tell : nullptr,
                                request_.log.get(),
                                request_.runtime_cache.c_str(),
                                request_.weights.c_str(),
                                request_.weight_budget ? &*request_.weight_budget : nullptr};
  NtrtEngine* engine = nullptr;
  const NtrtFailure* const failure = library_.runtime().load(&request, &engine);
  library_.note_load(on_open_);
  throw_failure(library_.runtime(), failure);
  return std::make_unique<ModuleModel>(library_.runtime(), engine, request_);
}

}  // namespace ntrt::tensorrt
