#pragma once
// Loading a model on a thread of its own, from bytes or file to a running engine.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/plan_request.h"
#include "memory/owner.h"
#include "model/model_request.h"
#include "runtime/engine_handle.h"
#include "runtime/proof/batch_proof.h"

namespace ntrt {

struct LoadRequest : ModelRequest {
  std::string library_path;         ///< of ONNX Runtime
  std::optional<PlanRequest> plan;  ///< in place of a model
  BackendOptions backend;
  EngineOptions engine;  ///< but for its layout, sequences and NUMA node
  NumaRequest numa;
  size_t memory_limit = MemoryOwner::kNoLimit;  ///< of all that the engine holds
  SequenceRequest sequences;
  ProofOptions proof;
};

/// Lives until its thread is done. `done` is called once, on that thread, with an engine or an error, and does not
/// throw.
class LoadJob final : public Interruptible, public std::enable_shared_from_this<LoadJob> {
 public:
  using Done = std::function<void(EngineHandle, std::optional<Error>)>;

  static std::shared_ptr<LoadJob> start(LoadRequest request, Done done);

  /// The load fails as soon as the backend notices, or its engine is dropped. Any thread.
  void cancel() { cancellation_.cancel(); }
  void interrupt() noexcept override { cancel(); }

 private:
  void run(LoadRequest request, const Done& done);

  LoadCancellation cancellation_;
};

}  // namespace ntrt
