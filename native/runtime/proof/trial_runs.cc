#include "runtime/proof/trial_runs.h"

#include <variant>

#include "core/error.h"

namespace ntrt {

std::vector<int64_t> free_sizes(const Signature& signature, const std::vector<int>& axes) {
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const std::vector<Dim>& dims = signature.inputs[i].dims;
    for (size_t d = 0; d < dims.size(); ++d) {
      if (static_cast<int>(d) != axes[i] && std::holds_alternative<std::string>(dims[d])) {
        return {64, 32, 224, 16, 4, 2, 1};
      }
    }
  }
  return {1};
}

TrialRuns::HookScope::HookScope(LoadCancellation& cancellation, Instance& instance) : cancellation_(cancellation) {
  cancellation_.set_hook([&instance] { instance.terminate(); });
}

TrialRuns::HookScope::~HookScope() { cancellation_.set_hook({}); }

TrialRuns::TrialRuns(LoadedModel& model, LoadCancellation& cancellation, double max_seconds)
    : signature_(model.signature()),
      cancellation_(cancellation),
      max_seconds_(max_seconds),
      instance_(model.create_instance()),
      hook_(cancellation, *instance_) {
  if (max_seconds <= 0) return;
  const auto limit = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(max_seconds));
  watchdog_.emplace(limit, [this] { instance_->terminate(); });
}

TrialRuns::Results TrialRuns::run(const std::vector<TensorView>& inputs) {
  Results outputs(signature_.outputs.size());
  for (size_t i = 0; i < outputs.size(); ++i) outputs[i].index = i;
  try {
    instance_->run(inputs, outputs);
  } catch (const Error&) {
    if (!cancellation_.cancelled()) throw;
  }
  if (cancellation_.cancelled()) throw Error(Code::kNotOpen, "the load was cancelled");
  for (OutputRequest& output : outputs) {
    if (output.view.type == DType::kString) output.view.data = &output.value.strings();
  }
  return outputs;
}

std::string TrialRuns::out_of_time() const {
  return "the proof took longer than " + std::to_string(static_cast<int>(max_seconds_)) +
         " s; batching.verify: true lets it take as long as it needs";
}

}  // namespace ntrt
