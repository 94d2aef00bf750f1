#include "backends/cpu/cpu_backend.h"

#include "backends/cpu/cpu_model.h"
#include "backends/cpu/ort_allocator.h"
#include "model/path_text.h"

namespace ntrt::cpu {
namespace {

using SessionOptions = OrtPtr<OrtSessionOptions>;

GraphOptimizationLevel optimization_level(const std::string& name) {
  if (name == "disabled") return ORT_DISABLE_ALL;
  if (name == "basic") return ORT_ENABLE_BASIC;
  if (name == "extended") return ORT_ENABLE_EXTENDED;
  if (name == "layout") return ORT_ENABLE_LAYOUT;
  if (name == "all") return ORT_ENABLE_ALL;
  throw Error(Code::kInvalidArgument,
              "cpu.graphOptimizationLevel: expected 'disabled', 'basic', 'extended', 'layout' or 'all', received '" +
                  name + "'",
              {{"option", "cpu.graphOptimizationLevel"}, {"received", name}});
}

SessionOptions create_options(const OrtLibrary& ort, const BackendOptions& options) {
  const OrtApi& api = ort.api();
  OrtSessionOptions* raw = nullptr;
  check(api, api.CreateSessionOptions(&raw), Step::kOptions);
  SessionOptions session_options(raw, api.ReleaseSessionOptions);
  check(api, api.SetIntraOpNumThreads(raw, options.threads), Step::kOptions);
  check(api, api.SetInterOpNumThreads(raw, 1), Step::kOptions);
  check(api, api.SetSessionExecutionMode(raw, ORT_SEQUENTIAL), Step::kOptions);
  check(api, api.SetSessionGraphOptimizationLevel(raw, optimization_level(options.graph_optimization_level)),
        Step::kOptions);
  // Failures come back as statuses with their text; nothing is written to stderr.
  check(api, api.SetSessionLogSeverityLevel(raw, ORT_LOGGING_LEVEL_FATAL), Step::kOptions);
  // A spinning pool would take the cores that the event loop and the other engines need.
  check(api, api.AddSessionConfigEntry(raw, "session.intra_op.allow_spinning", "0"), Step::kOptions);
  if (ort.uses_host_pool()) {
    check(api, api.AddSessionConfigEntry(raw, "session.use_env_allocators", "1"), Step::kOptions);
  }
  for (const auto& [name, size] : options.free_dimension_overrides) {
    check(api, api.AddFreeDimensionOverrideByName(raw, name.c_str(), size), Step::kOptions);
  }
  for (const auto& [key, value] : options.session_config) {
    check(api, api.AddSessionConfigEntry(raw, key.c_str(), value.c_str()), Step::kOptions);
  }
  for (const std::string& library : options.custom_operator_libraries) {
    check(api, api.RegisterCustomOpsLibrary_V2(raw, path_from_utf8(library).c_str()), Step::kOptions);
  }
  return session_options;
}

/// ONNX Runtime looks up external data of a model in memory by the name that the model gives.
void add_external_files(const OrtApi& api, OrtSessionOptions* options, const ModelSource& source) {
  std::vector<std::basic_string<ORTCHAR_T>> names;
  std::vector<const ORTCHAR_T*> name_pointers;
  std::vector<char*> buffers;
  std::vector<size_t> sizes;
  for (const auto& file : source.external_files()) {
    names.push_back(std::filesystem::path(reinterpret_cast<const char8_t*>(file.name.c_str())).native());
    // The API takes char* but only reads.
    buffers.push_back(const_cast<char*>(reinterpret_cast<const char*>(file.bytes.view.data())));
    sizes.push_back(file.bytes.view.size());
  }
  for (const auto& name : names) name_pointers.push_back(name.c_str());
  if (names.empty()) return;
  check(api,
        api.AddExternalInitializersFromFilesInMemory(options, name_pointers.data(), buffers.data(), sizes.data(),
                                                     names.size()),
        Step::kLoad);
}

}  // namespace

std::unique_ptr<LoadedModel> CpuBackend::load(const ModelSource& source, const BackendOptions& options,
                                              LoadCancellation& cancellation) {
  const OrtApi& api = ort_.api();
  take_failed_allocation();  // of something else that this thread did
  SessionOptions session_options = create_options(ort_, options);
  if (!source.path()) add_external_files(api, session_options.get(), source);

  OrtSessionOptions* raw = session_options.get();
  cancellation.set_hook([&api, raw] { api.ReleaseStatus(api.SessionOptionsSetLoadCancellationFlag(raw, true)); });
  OrtSession* session = nullptr;
  OrtStatus* status = source.path() ? api.CreateSession(ort_.env(), source.path()->c_str(), raw, &session)
                                    : api.CreateSessionFromArray(ort_.env(), source.bytes().data(),
                                                                 source.bytes().size(), raw, &session);
  cancellation.set_hook({});
  if (status != nullptr && cancellation.cancelled()) {
    api.ReleaseStatus(status);
    throw Error(Code::kNotOpen, "the load was cancelled");
  }
  check(api, status, Step::kLoad);
  return std::make_unique<CpuModel>(ort_, OrtPtr<OrtSession>(session, api.ReleaseSession));
}

}  // namespace ntrt::cpu
