#pragma once
// A plan that a module has loaded, and its execution contexts.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/plan_request.h"
#include "backends/tensorrt/module/runtime_api.h"

namespace ntrt::tensorrt {

/// Throws `failure` as our Error, if there is one, and gives it back.
void throw_failure(const NtrtRuntime& runtime, const NtrtFailure* failure);

/// Owns the engine. run() of several instances may be in it at once.
class ModuleModel final : public LoadedModel {
 public:
  /// Takes `engine`. The names of open dimensions and the log come from `request`.
  ModuleModel(const NtrtRuntime& runtime, NtrtEngine* engine, const PlanRequest& request);

  const Signature& signature() const noexcept override { return signature_; }
  std::string facts() const override { return runtime_.describe(engine_.get())->json; }
  std::unique_ptr<Instance> create_instance() override;

 private:
  const NtrtRuntime& runtime_;
  const std::shared_ptr<PlanLog> log_;  ///< may be called until the engine is gone
  std::unique_ptr<NtrtEngine, void (*)(NtrtEngine*)> engine_;
  Signature signature_;
};

/// One run at a time. Keeps its arguments, so that a run allocates nothing here but its outputs.
class ModuleInstance final : public Instance {
 public:
  /// Takes `instance`.
  ModuleInstance(const NtrtRuntime& runtime, NtrtInstance* instance, const Signature& signature);

  void run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) override;

  /// The device finishes what it has begun; no further run begins.
  void terminate() noexcept override { is_terminated_ = true; }

 private:
  const NtrtRuntime& runtime_;
  std::unique_ptr<NtrtInstance, void (*)(NtrtInstance*)> instance_;
  const Signature& signature_;
  std::atomic<bool> is_terminated_ = false;
  std::vector<NtrtInput> inputs_;
  std::vector<size_t> wanted_;
};

}  // namespace ntrt::tensorrt
