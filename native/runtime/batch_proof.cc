#include "runtime/batch_proof.h"

#include <algorithm>
#include <array>
#include <optional>

#include "runtime/sample_rows.h"

namespace ntrt {
namespace {

constexpr size_t kMaxRows = 3;
/// Runs of a proof, in rows: one by one, two, three.
constexpr double kRowRuns = 3 + 2 + 3;
/// Tried for symbolic dimensions, until a model takes one: most that are free want multiples of 32.
constexpr std::array<int64_t, 7> kFreeSizes = {64, 32, 224, 16, 4, 2, 1};

/// Ends a run in progress when the load is cancelled.
class HookScope {
 public:
  HookScope(LoadCancellation& cancellation, Instance& instance) : cancellation_(cancellation) {
    cancellation_.set_hook([&instance] { instance.terminate(); });
  }
  HookScope(const HookScope&) = delete;
  HookScope& operator=(const HookScope&) = delete;
  ~HookScope() { cancellation_.set_hook({}); }

 private:
  LoadCancellation& cancellation_;
};

std::string quoted(const TensorSpec& spec) { return "'" + spec.name + "'"; }

/// Why rows cannot even be told apart in the model's inputs; empty if they can.
std::string obstacle(const Signature& signature) {
  if (signature.inputs.empty()) return "the model has no inputs";
  for (const TensorSpec& input : signature.inputs) {
    if (input.any_rank) return "the model does not say how many dimensions input " + quoted(input) + " has";
    if (input.dims.empty()) return "input " + quoted(input) + " is a scalar";
    if (const auto* fixed = std::get_if<int64_t>(&input.dims[0])) {
      return "the first dimension of input " + quoted(input) + " is fixed to " + std::to_string(*fixed);
    }
  }
  return {};
}

bool has_free_dimension(const Signature& signature) {
  const auto is_free = [](const Dim& dim) { return std::holds_alternative<std::string>(dim); };
  return std::any_of(signature.inputs.begin(), signature.inputs.end(), [&](const TensorSpec& input) {
    return std::any_of(std::next(input.dims.begin()), input.dims.end(), is_free);
  });
}

class Proof {
 public:
  Proof(LoadedModel& model, const ProofOptions& options, LoadCancellation& cancellation)
      : signature_(model.signature()),
        options_(options),
        cancellation_(cancellation),
        instance_(model.create_instance()),
        hook_(cancellation, *instance_) {}

  /// Empty if batching is sound, else what speaks against it.
  std::string run() {
    if (options_.verify == Verify::kSamples) {
      split_samples();
      if (rows_.size() < 2) return "the samples of batching.verify have fewer than two rows of one shape";
      alone_.push_back(run_on(rows_[0].views));
    } else if (std::string reason = generate(); !reason.empty()) {
      return reason;
    }
    for (size_t i = 1; i < rows_.size(); ++i) {
      try {
        alone_.push_back(run_on(rows_[i].views));
      } catch (const Error& error) {
        if (options_.verify == Verify::kSamples || error.code() != Code::kBackendError) throw;
        return refusal(error.message());
      }
    }
    if (std::string reason = look_at_single_rows(); !reason.empty()) return reason;
    for (size_t count = 2; count <= rows_.size(); ++count) {
      if (std::string reason = compare(count); !reason.empty()) return reason;
    }
    return {};
  }

 private:
  using Results = std::vector<OutputRequest>;

  Results run_on(const std::vector<TensorView>& inputs) {
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

  /// Makes rows up that the model takes, and runs the first.
  std::string generate() {
    std::string last_error;
    const size_t num_sizes = has_free_dimension(signature_) ? kFreeSizes.size() : 1;
    for (size_t i = 0; i < num_sizes; ++i) {
      rows_.clear();
      for (uint64_t seed = 1; seed <= kMaxRows; ++seed) {
        rows_.push_back(generate_row(signature_, kFreeSizes[i], seed));
      }
      const Clock::time_point start = Clock::now();
      try {
        alone_.push_back(run_on(rows_[0].views));
      } catch (const Error& error) {
        if (error.code() != Code::kBackendError) throw;
        last_error = error.message();
        continue;
      }
      const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
      if (options_.max_seconds > 0 && seconds * kRowRuns > options_.max_seconds) {
        return "a run takes " + std::to_string(static_cast<int>(seconds * 1000)) +
               " ms, so the proof would take too long; ask for it with batching.verify: true or samples";
      }
      return {};
    }
    return refusal(last_error);
  }

  static std::string refusal(const std::string& why) {
    return "the model does not run on generated inputs (" + why + "); give samples in batching.verify";
  }

  /// The first rows of the samples that have one shape.
  void split_samples() {
    for (size_t s = 0; s < options_.samples.size(); ++s) {
      const std::vector<TensorView> sample = arrange(options_.samples[s], s);
      const auto count = static_cast<size_t>(sample[0].dims[0]);
      for (size_t row = 0; row < count && rows_.size() < kMaxRows; ++row) {
        OwnedTensors one;
        bool fits = true;
        for (size_t i = 0; i < sample.size(); ++i) {
          Shape dims = sample[i].dims;
          fits = fits && dims[0] == static_cast<int64_t>(count);
          dims[0] = 1;
          fits = fits && (rows_.empty() || rows_[0].views[i].dims == dims);
          if (!fits) break;
          copy_rows(one.add(sample[i].type, std::move(dims)), {1, 0}, sample[i], {count, row}, 1, 0);
        }
        if (fits) rows_.push_back(std::move(one));
      }
    }
  }

  /// The sample's tensors in the order of the model's inputs. Throws INVALID_ARGUMENT or SHAPE_MISMATCH.
  std::vector<TensorView> arrange(const Sample& sample, size_t index) const {
    const std::string option = "options.batching.verify[" + std::to_string(index) + "]";
    std::vector<TensorView> views;
    for (const TensorSpec& spec : signature_.inputs) {
      const auto found = std::find(sample.names.begin(), sample.names.end(), spec.name);
      if (found == sample.names.end()) {
        throw Error(Code::kInvalidArgument, option + ": input " + quoted(spec) + " is missing", {{"option", option}});
      }
      const TensorView& view = sample.tensors.views[static_cast<size_t>(found - sample.names.begin())];
      if (view.type != spec.type || view.dims.size() != spec.dims.size()) {
        throw Error(Code::kShapeMismatch,
                    option + "." + spec.name + ": expected " + std::string(dtype_name(spec.type)) + " of " +
                        std::to_string(spec.dims.size()) + " dimensions, received " +
                        std::string(dtype_name(view.type)) + " " + to_string(view.dims),
                    {{"option", option}});
      }
      views.push_back(view);
    }
    return views;
  }

  std::string look_at_single_rows() const {
    bool differ = false;
    for (size_t i = 0; i < signature_.outputs.size(); ++i) {
      const std::string name = quoted(signature_.outputs[i]);
      for (const Results& results : alone_) {
        const TensorView& view = results[i].view;
        if (view.dims.empty() || view.dims[0] != 1) {
          return "output " + name + " has the shape " + to_string(view.dims) + " for one row";
        }
        if (element_count(view.dims) == 0) return "output " + name + " was empty, which proves nothing";
        const TensorView& first = alone_[0][i].view;
        differ = differ || view.dims != first.dims || !same_row(view, 0, first, 0, 0);
      }
    }
    return differ ? "" : "all rows gave the same results, which proves nothing; give samples in batching.verify";
  }

  std::string compare(size_t count) {
    std::vector<const std::vector<TensorView>*> parts;
    for (size_t i = 0; i < count; ++i) parts.push_back(&rows_[i].views);
    const OwnedTensors together = stack_rows(parts);
    Results results;
    try {
      results = run_on(together.views);
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError) throw;
      return "a batch of " + std::to_string(count) + " failed (" + error.message() + ")";
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const TensorView& all = results[i].view;
      const std::string name = quoted(signature_.outputs[i]);
      for (size_t row = 0; row < count; ++row) {
        Shape dims = alone_[row][i].view.dims;
        dims[0] = static_cast<int64_t>(count);
        if (all.dims != dims) {
          return "output " + name + " of " + std::to_string(count) + " rows has the shape " + to_string(all.dims) +
                 ", not " + to_string(dims);
        }
        if (!same_row(all, row, alone_[row][i].view, options_.rtol, options_.atol)) {
          return "output " + name + " of a row differs when it runs together with others";
        }
      }
    }
    return {};
  }

  const Signature& signature_;
  const ProofOptions& options_;
  LoadCancellation& cancellation_;
  std::unique_ptr<Instance> instance_;
  HookScope hook_;
  std::vector<OwnedTensors> rows_;
  std::vector<Results> alone_;
};

}  // namespace

BatchLayout prove_batching(LoadedModel& model, const ProofOptions& options, LoadCancellation& cancellation) {
  const Signature& signature = model.signature();
  BatchLayout layout;
  layout.input_axes.assign(signature.inputs.size(), 0);
  layout.output_axes.assign(signature.outputs.size(), 0);
  if (!options.enabled) {
    layout.reason = "switched off (batching: false)";
    return layout;
  }
  layout.reason = obstacle(signature);
  if (!layout.reason.empty()) return layout;
  if (options.verify == Verify::kTrust) {
    layout.enabled = true;
    layout.reason = "taken as sound (batching.verify: false)";
    return layout;
  }
  layout.reason = Proof(model, options, cancellation).run();
  layout.enabled = layout.reason.empty();
  const char* const rows = options.verify == Verify::kSamples ? "samples" : "generated rows";
  if (layout.enabled) layout.reason = std::string("proved with ") + rows;
  return layout;
}

}  // namespace ntrt
