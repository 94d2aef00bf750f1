#pragma once
// A loaded ONNX Runtime session and its execution contexts.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "backends/cpu/ort_api.h"

namespace ntrt::cpu {

/// Owns the session. run() of several instances may be in it at once.
class CpuModel final : public LoadedModel {
 public:
  CpuModel(OrtLibrary& ort, OrtPtr<OrtSession> session);

  const Signature& signature() const noexcept override { return signature_; }
  std::unique_ptr<Instance> create_instance() override;

 private:
  friend class CpuInstance;

  OrtLibrary& ort_;
  OrtPtr<OrtSession> session_;
  Signature signature_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<std::optional<size_t>> passed_inputs_;  ///< per output, the input that it is, by name
};

/// One run at a time. Keeps its run options and argument arrays, so that a run allocates nothing of its own.
class CpuInstance final : public Instance {
 public:
  explicit CpuInstance(const CpuModel& model);

  void run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) override;
  void terminate() noexcept override;

 private:
  /// An OrtValue over memory of somebody else's, with what it was made of.
  struct Binding {
    OrtPtr<OrtValue> value;
    TensorView view;
  };

  OrtValue* bind(Binding& binding, const TensorView& view);
  void compute(std::span<const TensorView> inputs, std::span<OutputRequest> outputs);
  bool fits(std::span<const TensorView> inputs) const;

  const CpuModel& model_;
  OrtPtr<OrtRunOptions> run_options_;
  std::vector<Binding> inputs_;
  std::vector<Binding> outputs_;  ///< by the model's order; only those that were written `into`
  std::vector<size_t> computed_;  ///< which of the outputs asked for ONNX Runtime computes
  std::vector<const char*> names_;
  std::vector<const OrtValue*> input_values_;
  std::vector<OrtValue*> output_values_;
};

}  // namespace ntrt::cpu
