#include "runtime/load_job.h"

#include <mutex>
#include <thread>

#include "backends/registry.h"
#include "runtime/proof/pad_proof.h"

namespace ntrt {
namespace {

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
  const PlanRequest* const plan = request.plan ? &*request.plan : nullptr;
  const std::unique_ptr<Backend> backend = create_backend({request.library_path, plan, install_exit_handler});
  // This thread is the load's own: what it starts and takes from here on is on the node.
  request.engine.numa = bind_to_node(request.numa, request.backend.threads);
  const NumaScope on_node(request.engine.numa.node);
  // Note "process exit": again after the first load, which makes more statics.
  static std::once_flag loaded;

  // What waits for a device must not hold up a JavaScript thread.
  if (plan != nullptr) request.engine.inline_below_us = 0;
  const ModelSource source = plan != nullptr ? ModelSource::from_file(plan->file) : open_model(request);
  request.engine.memory = MemoryOwner::make_listed(request.engine.name, request.memory_limit);
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
