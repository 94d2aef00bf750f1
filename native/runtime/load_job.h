#pragma once
// Loading a model on a thread of its own, from bytes or file to a running engine.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory/owner.h"
#include "model/model_source.h"
#include "runtime/engine_handle.h"
#include "runtime/proof/batch_proof.h"

namespace ntrt {

struct LoadRequest {
  std::string path;                          ///< UTF-8; empty for a model in memory
  SharedBytes bytes;                         ///< the model when `path` is empty
  std::vector<ExternalFile> external_files;  ///< of a model in memory
  ModelPolicy policy;
  std::string library_path;  ///< of ONNX Runtime
  BackendOptions backend;
  EngineOptions engine;  ///< but for its layout and sequences
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
