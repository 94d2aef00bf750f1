#include "runtime/load_job.h"

#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>

#include "backends/registry.h"
#include "model/path_text.h"
#include "runtime/proof/pad_proof.h"

namespace ntrt {
namespace {

/// A folder stands for the `model.onnx` in it.
std::string model_file(const std::string& path) {
  std::error_code ignored;  // whatever is wrong is found again, and explained, when the file is opened
  const std::filesystem::path native = path_from_utf8(path);
  return std::filesystem::is_directory(native, ignored) ? path_to_utf8(native / "model.onnx") : path;
}

BatchLayout prove_layout(LoadedModel& model, const ProofOptions& proof, LoadCancellation& cancellation,
                         const SequenceOptions& sequences) {
  check_padding(proof.pad, model.signature(), sequences);
  BatchLayout layout = prove_batching(model, proof, cancellation, sequences);
  if (proof.pad.inputs.empty()) return layout;
  if (layout.enabled) {
    layout.padding = prove_padding(model, layout, proof, cancellation);
  } else {
    layout.padding.reason = "requests do not meet";
  }
  return layout;
}

EngineHandle load(LoadRequest request, LoadCancellation& cancellation) {
  const std::unique_ptr<Backend> backend = create_backend(request.library_path, install_exit_handler);
  // Note "process exit": again after the first load, which makes more statics.
  static std::once_flag loaded;

  ModelSource source = request.path.empty()
                           ? ModelSource::from_bytes(std::move(request.bytes), std::move(request.external_files))
                           : ModelSource::from_file(model_file(request.path));
  source.verify(request.policy);
  request.engine.memory = std::make_shared<MemoryOwner>(request.engine.name, request.memory_limit);
  std::unique_ptr<LoadedModel> model;
  {
    const MemoryScope scope(request.engine.memory, MemoryUse::kWeights);
    model = backend->load(source, request.backend, cancellation);
  }
  std::call_once(loaded, install_exit_handler);
  request.engine.sequences = resolve_sequences(request.sequences, model->signature());
  if (!cancellation.cancelled()) {
    const MemoryScope scope(request.engine.memory, MemoryUse::kActivations);
    request.engine.layout = prove_layout(*model, request.proof, cancellation, request.engine.sequences);
  }
  if (cancellation.cancelled()) throw Error(Code::kNotOpen, "the load was cancelled");
  return EngineHandle(Engine::start(std::move(model), std::move(request.engine)));
}

}  // namespace

std::shared_ptr<LoadJob> LoadJob::start(LoadRequest request, Done done) {
  auto job = std::make_shared<LoadJob>();
  std::thread([job, request = std::move(request), done = std::move(done)]() mutable {
    job->run(std::move(request), done);
  }).detach();
  return job;
}

void LoadJob::run(LoadRequest request, const Done& done) {
  const BusyScope busy(weak_from_this());
  EngineHandle engine;
  std::optional<Error> error;
  try {
    engine = load(std::move(request), cancellation_);
  } catch (...) {
    error = Error::current();
  }
  done(std::move(engine), std::move(error));
}

}  // namespace ntrt
