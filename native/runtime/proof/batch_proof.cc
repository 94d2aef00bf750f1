#include "runtime/proof/batch_proof.h"

#include <algorithm>
#include <utility>

#include "runtime/proof/sample_rows.h"
#include "runtime/proof/trial_runs.h"

namespace ntrt {
namespace {

constexpr size_t kMaxRows = 3;

std::string quoted(const TensorSpec& spec) { return "'" + spec.name + "'"; }

/// Along which dimension the rows of each tensor lie. A state without one is refused by obstacle().
void choose_axes(const Signature& signature, const SequenceOptions& sequences, BatchLayout& layout) {
  for (const TensorSpec& input : signature.inputs) {
    layout.input_axes.push_back(input.dims.empty() && !input.any_rank ? kNoAxis : 0);
  }
  layout.output_axes.assign(signature.outputs.size(), 0);
  for (const StateSpec& state : sequences.states) {
    layout.input_axes[state.input] = std::max(state.row_axis, 0);
    layout.output_axes[state.output] = std::max(state.row_axis, 0);
  }
}

/// The signature with the shapes of states as they are in sequences.
Signature with_states(Signature signature, const SequenceOptions& sequences) {
  for (const StateSpec& state : sequences.states) {
    std::vector<Dim>& dims = signature.inputs[state.input].dims;
    for (size_t d = 0; d < dims.size(); ++d) {
      if (static_cast<int>(d) != state.row_axis) dims[d] = state.dims[d];
    }
  }
  return signature;
}

/// Why rows cannot even be told apart in the model's inputs; empty if they can.
std::string obstacle(const Signature& signature, const SequenceOptions& sequences) {
  if (signature.inputs.empty()) return "the model has no inputs";
  bool has_rows = false;
  for (size_t i = 0; i < signature.inputs.size(); ++i) {
    const TensorSpec& input = signature.inputs[i];
    if (input.any_rank) return "the model does not say how many dimensions input " + quoted(input) + " has";
    const StateSpec* const state = sequences.of_input(i);
    if (state != nullptr && state->row_axis < 0) {
      return "no dimension of the state " + quoted(input) + " is open, so that rows could lie along it";
    }
    if (input.dims.empty()) continue;
    has_rows = true;
    const auto* fixed = std::get_if<int64_t>(&input.dims[0]);
    if (state == nullptr && fixed != nullptr) {
      return "the first dimension of input " + quoted(input) + " is fixed to " + std::to_string(*fixed);
    }
  }
  return has_rows ? "" : "input " + quoted(signature.inputs[0]) + " is a scalar";
}

class Proof {
 public:
  Proof(LoadedModel& model, Signature signature, const BatchLayout& layout, const ProofOptions& options,
        LoadCancellation& cancellation)
      : signature_(std::move(signature)),
        layout_(layout),
        options_(options),
        runs_(model, cancellation, options.max_seconds) {}

  /// Empty if batching is sound, else what speaks against it.
  std::string run() {
    try {
      return look();
    } catch (const Error&) {
      if (runs_.is_out_of_time()) return runs_.out_of_time();
      throw;
    }
  }

 private:
  std::string look() {
    const bool samples = options_.verify == Verify::kSamples;
    if (samples) {
      split_samples();
      if (rows_.size() < 2) return "the samples of batching.verify have fewer than two rows of one shape";
    } else if (std::string reason = generate(); !reason.empty()) {
      return reason;
    }
    while (alone_.size() < rows_.size()) {
      try {
        alone_.push_back(runs_.run(rows_[alone_.size()].views));
      } catch (const Error& error) {
        if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
        if (!samples) return does_not_run(error.message());
        const std::string option = "options.batching.verify";
        throw Error(Code::kInvalidArgument, option + ": the model fails on a row of the samples: " + error.message(),
                    {{"option", option}});
      }
    }
    if (std::string reason = look_at_single_rows(); !reason.empty()) return reason;
    for (size_t count = 2; count <= rows_.size(); ++count) {
      if (std::string reason = compare(count); !reason.empty()) return reason;
    }
    return {};
  }

  using Results = TrialRuns::Results;

  static std::string does_not_run(const std::string& error) {
    return "the model does not run on generated inputs (" + error + "); give samples in batching.verify";
  }

  /// Makes rows up that the model takes, and runs the first.
  std::string generate() {
    std::string last_error;
    for (const int64_t size : free_sizes(signature_, layout_.input_axes)) {
      rows_.clear();
      for (uint64_t seed = 1; seed <= kMaxRows; ++seed) {
        rows_.push_back(generate_row(signature_, layout_.input_axes, size, seed));
      }
      try {
        alone_.push_back(runs_.run(rows_[0].views));
        return {};
      } catch (const Error& error) {
        if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
        last_error = error.message();
      }
    }
    return does_not_run(last_error);
  }

  /// The first rows of the samples that have one shape, and the same values where all rows share them.
  void split_samples() {
    const std::vector<int>& axes = layout_.input_axes;
    const auto with_rows = static_cast<size_t>(
        std::find_if(axes.begin(), axes.end(), [](int axis) { return axis != kNoAxis; }) - axes.begin());
    for (size_t s = 0; s < options_.samples.size(); ++s) {
      const std::vector<TensorView> sample = arrange(options_.samples[s], s);
      const auto count = static_cast<size_t>(sample[with_rows].dims[static_cast<size_t>(axes[with_rows])]);
      for (size_t row = 0; row < count && rows_.size() < kMaxRows; ++row) {
        OwnedTensors one;
        if (take_row(sample, {count, row}, one)) rows_.push_back(std::move(one));
      }
    }
  }

  /// One of a sample's rows; false if it does not fit those that there are.
  bool take_row(const std::vector<TensorView>& sample, RowRange row, OwnedTensors& one) const {
    for (size_t i = 0; i < sample.size(); ++i) {
      const int axis = layout_.input_axes[i];
      const TensorView* const known = rows_.empty() ? nullptr : &rows_[0].views[i];
      Shape dims = sample[i].dims;
      if (axis == kNoAxis) {
        if (known != nullptr && !same_row(sample[i], 0, *known, 0, 0)) return false;
        copy_rows(one.add(sample[i].type, std::move(dims)), {1, 0}, sample[i], {1, 0}, 1, kNoAxis);
        continue;
      }
      if (std::exchange(dims[static_cast<size_t>(axis)], 1) != static_cast<int64_t>(row.rows)) return false;
      if (known != nullptr && known->dims != dims) return false;
      copy_rows(one.add(sample[i].type, std::move(dims)), {1, 0}, sample[i], row, 1, axis);
    }
    return true;
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
      views.push_back(sample.tensors.views[static_cast<size_t>(found - sample.names.begin())]);
      check_fits(views.back(), spec, option + "." + spec.name);
    }
    for (const std::string& name : sample.names) {
      const auto is_it = [&](const TensorSpec& spec) { return spec.name == name; };
      if (std::any_of(signature_.inputs.begin(), signature_.inputs.end(), is_it)) continue;
      std::string text = option;
      text.append(": the model has no input '").append(name).append("'");
      throw Error(Code::kInvalidArgument, std::move(text), {{"option", option}});
    }
    return views;
  }

  static void check_fits(const TensorView& view, const TensorSpec& spec, const std::string& option) {
    if (view.type != spec.type) {
      throw Error(Code::kInvalidArgument,
                  option + ": expected " + std::string(dtype_name(spec.type)) + ", received " +
                      std::string(dtype_name(view.type)),
                  {{"option", option}});
    }
    bool fits = view.dims.size() == spec.dims.size();
    for (size_t i = 0; fits && i < view.dims.size(); ++i) {
      const auto* fixed = std::get_if<int64_t>(&spec.dims[i]);
      fits = fixed == nullptr || *fixed == view.dims[i];
    }
    if (fits) return;
    throw Error(Code::kShapeMismatch, option + ": " + to_string(view.dims) + " does not fit the model",
                {{"option", option}});
  }

  std::string look_at_single_rows() const {
    bool differ = false;
    for (size_t i = 0; i < signature_.outputs.size(); ++i) {
      const std::string name = quoted(signature_.outputs[i]);
      const auto axis = static_cast<size_t>(layout_.output_axes[i]);
      for (const Results& results : alone_) {
        const TensorView& view = results[i].view;
        if (axis >= view.dims.size() || view.dims[axis] != 1) {
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
    const OwnedTensors together = stack_rows(parts, layout_.input_axes);
    Results results;
    try {
      results = runs_.run(together.views);
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
      return "a batch of " + std::to_string(count) + " failed (" + error.message() + ")";
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const TensorView& all = results[i].view;
      const std::string name = quoted(signature_.outputs[i]);
      const int axis = layout_.output_axes[i];
      for (size_t row = 0; row < count; ++row) {
        Shape dims = alone_[row][i].view.dims;
        dims[static_cast<size_t>(axis)] = static_cast<int64_t>(count);
        if (all.dims != dims) {
          return "output " + name + " of " + std::to_string(count) + " rows has the shape " + to_string(all.dims) +
                 ", not " + to_string(dims);
        }
        if (!same_row(all, row, alone_[row][i].view, options_.rtol, options_.atol, axis)) {
          return "output " + name + " of a row differs when it runs together with others";
        }
      }
    }
    return {};
  }

  const Signature signature_;
  const BatchLayout& layout_;
  const ProofOptions& options_;
  TrialRuns runs_;
  std::vector<OwnedTensors> rows_;
  std::vector<Results> alone_;
};

}  // namespace

BatchLayout prove_batching(LoadedModel& model, const ProofOptions& options, LoadCancellation& cancellation,
                           const SequenceOptions& sequences) {
  const Signature& signature = model.signature();
  BatchLayout layout;
  choose_axes(signature, sequences, layout);
  if (!options.enabled) {
    layout.reason = "switched off (batching: false)";
    return layout;
  }
  layout.reason = obstacle(signature, sequences);
  if (!layout.reason.empty()) return layout;
  if (options.verify == Verify::kTrust) {
    layout.enabled = true;
    layout.reason = "taken as sound (batching.verify: false)";
    return layout;
  }
  layout.reason = Proof(model, with_states(signature, sequences), layout, options, cancellation).run();
  layout.enabled = layout.reason.empty();
  const char* const rows = options.verify == Verify::kSamples ? "samples" : "generated rows";
  if (layout.enabled) layout.reason = std::string("proved with ") + rows;
  return layout;
}

}  // namespace ntrt
