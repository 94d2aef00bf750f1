#include "runtime/pad_proof.h"

#include <algorithm>
#include <set>
#include <utility>

#include "runtime/sample_rows.h"
#include "runtime/trial_runs.h"

namespace ntrt {
namespace {

/// Lengths that are added to tell fits apart.
constexpr int kMaxMoreLengths = 16;

std::string option_of(const PadInput& input) { return "options.batching.pad." + input.name; }

[[noreturn]] void refuse(Code code, const std::string& option, const std::string& problem) {
  throw Error(code, option + ": " + problem, {{"option", option}});
}

size_t index_of(const std::vector<TensorSpec>& specs, const std::string& name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) { return spec.name == name; });
  return static_cast<size_t>(found - specs.begin());
}

void check_axis(const TensorSpec& spec, int64_t axis, const std::string& option) {
  const auto rank = static_cast<int64_t>(spec.dims.size());
  if (spec.any_rank || (axis > 0 && axis < rank)) return;
  refuse(Code::kOutOfRange, option + ".axis",
         "expected 1 to " + std::to_string(rank - 1) + " for '" + spec.name + "', received " + std::to_string(axis));
}

/// What a row of some length gave.
struct Trial {
  size_t length;
  TrialRuns::Results results;
};

class PadProof {
 public:
  PadProof(LoadedModel& model, const BatchLayout& layout, const ProofOptions& options, LoadCancellation& cancellation)
      : signature_(model.signature()),
        layout_(layout),
        options_(options),
        runs_(model, cancellation, options.max_seconds) {
    padding_.buckets = options.pad.buckets;
    padding_.input_axes.assign(signature_.inputs.size(), kNoAxis);
    padding_.values.resize(signature_.inputs.size());
    padding_.outputs.resize(signature_.outputs.size());
    for (const PadInput& input : options.pad.inputs) {
      const size_t at = index_of(signature_.inputs, input.name);
      padding_.input_axes[at] = static_cast<int>(input.axis);
      padding_.values[at] = to_element(signature_.inputs[at].type, input.value).value_or(Element{});
    }
  }

  Padding run() {
    try {
      padding_.reason = look();
    } catch (const Error&) {
      if (!runs_.is_out_of_time()) throw;
      padding_.reason = runs_.out_of_time();
    }
    padding_.enabled = padding_.reason.empty();
    if (padding_.enabled) {
      padding_.reason = options_.verify == Verify::kTrust     ? "taken as sound (batching.verify: false)"
                        : options_.verify == Verify::kSamples ? "proved with samples"
                                                              : "proved with generated rows";
    }
    return std::move(padding_);
  }

 private:
  std::string look() {
    try {
      if (std::string reason = find_full_row(); !reason.empty()) return reason;
      if (std::string reason = try_lengths(); !reason.empty()) return reason;
      if (std::string reason = find_fits(); !reason.empty()) return reason;
      return options_.verify == Verify::kTrust ? "" : compare_padded();
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
      return "the model does not run on a padded row (" + error.message() + ")";
    }
  }

  /// A row as long as the second bucket, or as the sample is, of which shorter ones are parts.
  std::string find_full_row() {
    longest_ = padding_.buckets[std::min<size_t>(1, padding_.buckets.size() - 1)];
    if (options_.verify == Verify::kSamples) {
      size_t longest_in_samples = 0;
      for (const Sample& sample : options_.samples) {
        OwnedTensors row = first_row(sample);
        const size_t length = length_of(row);
        if (length <= longest_in_samples) continue;
        longest_in_samples = length;
        full_ = std::move(row);
      }
      longest_ = std::min(longest_, longest_in_samples);
      if (longest_ < 2) return "the samples of batching.verify are too short, or have different lengths";
      return {};
    }
    Signature padded = signature_;
    for (size_t i = 0; i < padded.inputs.size(); ++i) {
      const int axis = padding_.input_axes[i];
      if (axis != kNoAxis) padded.inputs[i].dims[static_cast<size_t>(axis)] = static_cast<int64_t>(longest_);
    }
    for (const int64_t size : free_sizes(padded)) {
      full_ = generate_row(padded, layout_.input_axes, size, 1);
      try {
        trials_.push_back({longest_, runs_.run(full_.views)});
        return {};
      } catch (const Error& error) {
        if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
        last_error_ = error.message();
      }
    }
    return "the model does not run on generated inputs of length " + std::to_string(longest_) + " (" + last_error_ +
           "); give samples in batching.verify";
  }

  /// The samples were looked at when batching was proved: they fit the model.
  OwnedTensors first_row(const Sample& sample) const {
    OwnedTensors row;
    for (size_t i = 0; i < signature_.inputs.size(); ++i) {
      const auto found = std::find(sample.names.begin(), sample.names.end(), signature_.inputs[i].name);
      const TensorView& from = sample.tensors.views[static_cast<size_t>(found - sample.names.begin())];
      const int axis = layout_.input_axes[i];
      Shape dims = from.dims;
      size_t rows = 1;
      if (axis != kNoAxis) rows = static_cast<size_t>(std::exchange(dims[static_cast<size_t>(axis)], 1));
      copy_rows(row.add(from.type, std::move(dims)), {1, 0}, from, {rows, 0}, 1, axis);
    }
    return row;
  }

  /// That of its padded inputs; 0 if they differ.
  size_t length_of(const OwnedTensors& row) const {
    std::set<int64_t> lengths;
    for (size_t i = 0; i < row.views.size(); ++i) {
      const int axis = padding_.input_axes[i];
      if (axis != kNoAxis) lengths.insert(row.views[i].dims[static_cast<size_t>(axis)]);
    }
    return lengths.size() == 1 ? static_cast<size_t>(*lengths.begin()) : 0;
  }

  /// The first `length` of the full row, padded to `padded_to`.
  OwnedTensors part(size_t length, size_t padded_to) const {
    OwnedTensors result;
    for (size_t i = 0; i < full_.views.size(); ++i) {
      const TensorView& whole = full_.views[i];
      const TensorView& to = result.add(whole.type, padded_dims(padding_, i, whole.dims, padded_to));
      if (whole.type == DType::kString) {
        copy_rows(to, {1, 0}, whole, {1, 0}, 1, kNoAxis);
        continue;
      }
      fill_elements(to.data, to.bytes, padding_.values[i].data(), dtype_size(to.type));
      // Only `length` of it counts: a view of the target that is no longer than that.
      OwnedTensors cut;
      const TensorView& shorter = cut.add(whole.type, padded_dims(padding_, i, whole.dims, length));
      copy_rows(shorter, {1, 0}, whole, {1, 0}, 1, kNoAxis);
      copy_rows(to, {1, 0}, shorter, {1, 0}, 1, kNoAxis);
    }
    return result;
  }

  /// Whether the model runs on that length; one that it refuses proves nothing.
  bool try_length(size_t length) {
    if (length < 1 || length > longest_) return false;
    for (const Trial& trial : trials_) {
      if (trial.length == length) return true;
    }
    try {
      trials_.push_back({length, runs_.run(part(length, length).views)});
      return true;
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
      last_error_ = error.message();
      return false;
    }
  }

  /// In each bucket its own length, a little less, and some more than the last bucket.
  std::string try_lengths() {
    size_t last = 0;
    for (const size_t bucket : padding_.buckets) {
      if (last >= longest_) break;
      try_length(bucket);
      for (const size_t less : {1, 8, 16, 32}) {
        if (bucket > last + less && try_length(bucket - less)) break;
      }
      try_length(last == 0 ? bucket / 2 + 1 : last + 1);
      if (last == 0) try_length(bucket / 2);
      last = bucket;
    }
    try_length(longest_);
    if (trials_.size() >= 2) return {};
    return last_error_.empty() ? "there are not enough lengths to try"
                               : "the model runs on too few lengths (" + last_error_ + ")";
  }

  std::string find_fits() {
    for (size_t i = 0; i < signature_.outputs.size(); ++i) {
      const std::string name = "output '" + signature_.outputs[i].name + "'";
      if (std::string reason = find_axis(i, name); !reason.empty()) return reason;
      OutputPadding& output = padding_.outputs[i];
      if (output.axis == kNoAxis) continue;
      auto fits = fit_lengths(points_of(i));
      for (int more = 0; fits && more < kMaxMoreLengths; ++more) {
        const size_t length = telling_length(*fits);
        if (length == 0 || !try_length(length)) break;
        fits = fit_lengths(points_of(i));
      }
      if (!fits) return "the length of " + name + " does not follow that of the inputs in a straight line";
      output.fit = fits->first();
    }
    return {};
  }

  /// For which two fits that are left disagree; 0 if there is none.
  size_t telling_length(const LengthFits& fits) const {
    const LengthFit low = fits.first();
    const LengthFit high = fits.last();
    const auto shortest = std::min_element(trials_.begin(), trials_.end(),
                                           [](const Trial& a, const Trial& b) { return a.length < b.length; });
    for (size_t length = longest_; length >= shortest->length; --length) {
      if (low.at(length) != high.at(length)) return length;
    }
    return 0;
  }

  std::vector<LengthPoint> points_of(size_t output) const {
    std::vector<LengthPoint> points;
    const auto axis = static_cast<size_t>(padding_.outputs[output].axis);
    for (const Trial& trial : trials_) {
      points.emplace_back(static_cast<int64_t>(trial.length), trial.results[output].view.dims[axis]);
    }
    return points;
  }

  /// The dimension that differs between lengths, or that the user named.
  std::string find_axis(size_t index, const std::string& name) {
    OutputPadding& output = padding_.outputs[index];
    for (const PadInput& input : options_.pad.inputs) {
      for (const auto& [of, axis] : input.output_axes) {
        if (of == signature_.outputs[index].name) output.axis = static_cast<int>(axis);
      }
    }
    const Shape& first = trials_[0].results[index].view.dims;
    for (const Trial& trial : trials_) {
      const Shape& dims = trial.results[index].view.dims;
      if (dims.size() != first.size()) return name + " has another number of dimensions for another length";
      if (element_count(dims) == 0) return name + " was empty, which proves nothing";
      for (size_t d = 1; d < dims.size(); ++d) {
        if (dims[d] == first[d] || output.axis == static_cast<int>(d)) continue;
        if (output.axis != kNoAxis) return "more than one dimension of " + name + " changes with the length";
        output.axis = static_cast<int>(d);
      }
    }
    if (output.axis >= static_cast<int>(first.size())) return name + " has no dimension " + std::to_string(output.axis);
    return {};
  }

  /// Runs the lengths once more, padded; their results must begin with what they were.
  std::string compare_padded() {
    size_t num_padded = 0;
    for (const Trial& trial : trials_) {
      const size_t bucket = padding_.bucket_of(trial.length);
      if (bucket == trial.length || bucket == 0) continue;
      ++num_padded;
      const TrialRuns::Results padded = runs_.run(part(trial.length, bucket).views);
      for (size_t i = 0; i < padded.size(); ++i) {
        const std::string name = "output '" + signature_.outputs[i].name + "'";
        const TensorView& all = padded[i].view;
        const TensorView& alone = trial.results[i].view;
        const OutputPadding& output = padding_.outputs[i];
        Shape expected = alone.dims;
        if (output.axis != kNoAxis) {
          expected[static_cast<size_t>(output.axis)] = static_cast<int64_t>(output.fit.at(bucket));
        }
        if (all.dims != expected) {
          return name + " of a row padded to " + std::to_string(bucket) + " has the shape " + to_string(all.dims) +
                 ", not " + to_string(expected);
        }
        OwnedTensors cut;
        const TensorView& begin = cut.add(alone.type, alone.dims);
        copy_rows(begin, {1, 0}, all, {1, 0}, 1, kNoAxis);
        if (!same_row(begin, 0, alone, options_.rtol, options_.atol)) {
          return name + " of a row of length " + std::to_string(trial.length) + " differs when it is padded to " +
                 std::to_string(bucket);
        }
      }
    }
    return num_padded > 0 ? "" : "no length was padded, which proves nothing; give samples that end between buckets";
  }

  const Signature& signature_;
  const BatchLayout& layout_;
  const ProofOptions& options_;
  TrialRuns runs_;
  Padding padding_;
  OwnedTensors full_;
  size_t longest_ = 0;
  std::vector<Trial> trials_;
  std::string last_error_;  ///< of a length that the model did not take
};

}  // namespace

void check_padding(const PadOptions& pad, const Signature& signature) {
  for (const PadInput& input : pad.inputs) {
    const std::string option = option_of(input);
    const size_t at = index_of(signature.inputs, input.name);
    if (at == signature.inputs.size()) refuse(Code::kInvalidArgument, option, "the model has no such input");
    const TensorSpec& spec = signature.inputs[at];
    if (spec.type == DType::kString) refuse(Code::kInvalidArgument, option, "strings cannot be padded");
    if (!to_element(spec.type, input.value)) {
      refuse(Code::kOutOfRange, option + ".value",
             "no " + std::string(dtype_name(spec.type)) + " has the value, which '" + spec.name +
                 "' would be padded with");
    }
    check_axis(spec, input.axis, option);
    if (!spec.any_rank) {
      if (const auto* size = std::get_if<int64_t>(&spec.dims[static_cast<size_t>(input.axis)])) {
        refuse(Code::kInvalidArgument, option + ".axis",
               "dimension " + std::to_string(input.axis) + " is fixed to " + std::to_string(*size) +
                   " in the model: there is nothing to pad");
      }
    }
    for (const auto& [name, axis] : input.output_axes) {
      const size_t output = index_of(signature.outputs, name);
      const std::string where = option + ".outputs." + name;
      if (output == signature.outputs.size()) refuse(Code::kInvalidArgument, where, "the model has no such output");
      check_axis(signature.outputs[output], axis, where);
    }
  }
}

Padding prove_padding(LoadedModel& model, const BatchLayout& layout, const ProofOptions& options,
                      LoadCancellation& cancellation) {
  return PadProof(model, layout, options, cancellation).run();
}

}  // namespace ntrt
