#include "runtime/proof/pad_proof.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "runtime/proof/pad_rows.h"
#include "runtime/proof/trial_runs.h"

namespace ntrt {
namespace {

/// Lengths that are added to tell fits of an output apart.
constexpr int kMaxMoreLengths = 64;
/// Models take lengths in one of these steps.
constexpr std::array<size_t, 7> kSteps = {1, 2, 4, 8, 16, 32, 64};

size_t index_of(const std::vector<TensorSpec>& specs, const std::string& name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) { return spec.name == name; });
  return static_cast<size_t>(found - specs.begin());
}

/// What a part of the row gave.
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
      if (std::string reason = find_row(); !reason.empty()) return reason;
      if (std::string reason = find_lengths(); !reason.empty()) return reason;
      if (std::string reason = find_fits(); !reason.empty()) return reason;
      if (options_.verify == Verify::kTrust) return {};
      if (std::string reason = compare_parts(); !reason.empty()) return reason;
      return compare_other_rows();
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
      return "the model fails on a row of the proof (" + error.message() + ")";
    }
  }

  /// A row as long as the last bucket, of which shorter ones are parts.
  std::string find_row() {
    const size_t last = padding_.buckets.back();
    if (options_.verify == Verify::kSamples) {
      size_t longest = 0;
      for (const Sample& sample : options_.samples) {
        OwnedTensors row = first_row(sample, signature_, layout_);
        const size_t length = length_of(row, padding_);
        if (length <= longest) continue;
        longest = length;
        row_ = part_of(row, length, last, last, padding_);
      }
      if (longest == 0) return "the padded inputs of the samples have different lengths";
      return try_length(last) ? "" : does_not_run(last);
    }
    Signature padded = signature_;
    for (size_t i = 0; i < padded.inputs.size(); ++i) {
      const int axis = padding_.input_axes[i];
      if (axis != kNoAxis) padded.inputs[i].dims[static_cast<size_t>(axis)] = static_cast<int64_t>(last);
    }
    for (const int64_t size : free_sizes(padded, layout_.input_axes)) {
      row_ = generate_row(padded, layout_.input_axes, size, 1);
      if (try_length(last)) return {};
    }
    return does_not_run(last) + "; give samples in batching.verify";
  }

  OwnedTensors part(size_t length, size_t padded_to) const {
    return part_of(row_, padding_.buckets.back(), length, padded_to, padding_);
  }

  /// Whether the model runs on that length, and not for nothing.
  bool try_length(size_t length) {
    for (const Trial& trial : trials_) {
      if (trial.length == length) return true;
    }
    try {
      TrialRuns::Results results = runs_.run(part(length, length).views);
      for (size_t i = 0; i < results.size(); ++i) {
        if (element_count(results[i].view.dims) > 0) continue;
        last_error_ = name_of(i) + " was empty";
        return false;
      }
      trials_.push_back({length, std::move(results)});
      settled_ = false;
      return true;
    } catch (const Error& error) {
      if (error.code() != Code::kBackendError || runs_.is_out_of_time()) throw;
      last_error_ = error.message();
      return false;
    }
  }

  std::string does_not_run(size_t length) const {
    return "the model does not run on length " + std::to_string(length) + " (" + last_error_ + ")";
  }
  std::string name_of(size_t output) const { return "output '" + signature_.outputs[output].name + "'"; }

  size_t second_bucket() const { return padding_.buckets[std::min<size_t>(1, padding_.buckets.size() - 1)]; }

  /// The steps in which the model takes lengths, and the shortest: near the ends of the first two buckets.
  std::string find_lengths() {
    const std::vector<size_t>& buckets = padding_.buckets;
    const size_t second = second_bucket();
    if (!try_length(second)) return does_not_run(second);
    const auto* const step =
        std::find_if(kSteps.begin(), kSteps.end(), [&](size_t s) { return second > s && try_length(second - s); });
    if (step == kSteps.end()) return "the model runs on too few lengths (" + last_error_ + ")";

    LengthRange& lengths = padding_.lengths;
    lengths = {1 + (second - 1) % *step, buckets.back(), *step};
    for (const size_t bucket : buckets) {
      if (lengths.has(bucket)) continue;
      return "the model takes lengths in steps of " + std::to_string(*step) + ", and " + std::to_string(bucket) +
             " is none of them";
    }
    const size_t first = lengths.shortest;
    for (size_t more = *step; !try_length(lengths.shortest); more *= 2) {
      lengths.shortest = std::min(first + more, second - *step);
    }
    const size_t half = (buckets[0] - std::min(lengths.shortest, buckets[0])) / 2;
    for (const size_t length :
         {buckets[0], buckets[0] - *step, buckets[0] - half / *step * *step, buckets[0] + *step}) {
      if (padding_.bucket_of(length) != 0 && !try_length(length)) return does_not_run(length);
    }
    return {};
  }

  /// Of all outputs. Lengths that come and go for one are points of the others, too.
  std::string find_fits() {
    do {
      settled_ = true;
      bool any_steps = false;
      for (size_t i = 0; i < signature_.outputs.size(); ++i) {
        if (std::string reason = find_axis(i); !reason.empty()) return reason;
        if (padding_.outputs[i].axis == kNoAxis) continue;
        if (std::string reason = find_fit(i); !reason.empty()) return reason;
        const LengthFit& fit = padding_.outputs[i].fit;
        any_steps = any_steps || fit.denominator > 1 || fit.unit > 1;
      }
      if (!any_steps) continue;
      if (std::string reason = try_more_lengths(); !reason.empty()) return reason;
    } while (!settled_);
    return {};
  }

  /// That were not chosen to tell lines apart, so that they tell whether it is one.
  std::string try_more_lengths() {
    const LengthRange& lengths = padding_.lengths;
    for (size_t i = 2; lengths.shortest + i * lengths.step < lengths.longest; i += 1 + i / 2) {
      const size_t length = lengths.shortest + i * lengths.step;
      if (!try_length(length)) return does_not_run(length);
    }
    return {};
  }

  std::string find_fit(size_t output) {
    for (int more = 0; more < kMaxMoreLengths; ++more) {
      const std::vector<LengthFits> fits = fit_lengths(points_of(output));
      if (fits.empty()) {
        if (!raise_shortest()) break;
        continue;
      }
      padding_.outputs[output].fit = fits.front().first();
      const size_t length = telling_length(fits, padding_.lengths);
      if (length == 0) return {};
      if (!try_length(length)) return does_not_run(length);
    }
    return "the length of " + name_of(output) + " does not follow that of the inputs in a straight line";
  }

  /// Results of short lengths may be longer than the line says: many models make at least one. False when the first
  /// bucket would be left without lengths.
  bool raise_shortest() {
    LengthRange& lengths = padding_.lengths;
    const size_t to = lengths.shortest + std::max(lengths.step, lengths.shortest / lengths.step * lengths.step);
    if (to >= padding_.buckets[0]) return false;
    lengths.shortest = to;
    std::erase_if(trials_, [&](const Trial& trial) { return trial.length < to; });
    settled_ = false;
    return try_length(to);
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
  std::string find_axis(size_t index) {
    OutputPadding& output = padding_.outputs[index];
    for (const PadInput& input : options_.pad.inputs) {
      for (const auto& [of, axis] : input.output_axes) {
        if (of == signature_.outputs[index].name) output.axis = static_cast<int>(axis);
      }
    }
    const std::string name = name_of(index);
    const Shape& first = trials_[0].results[index].view.dims;
    for (const Trial& trial : trials_) {
      const Shape& dims = trial.results[index].view.dims;
      if (dims.size() != first.size()) return name + " has another number of dimensions for another length";
      for (size_t d = 1; d < dims.size(); ++d) {
        if (dims[d] == first[d] || output.axis == static_cast<int>(d)) continue;
        if (output.axis != kNoAxis) return "more than one dimension of " + name + " changes with the length";
        output.axis = static_cast<int>(d);
      }
    }
    if (output.axis >= static_cast<int>(first.size())) return name + " has no dimension " + std::to_string(output.axis);
    return {};
  }

  /// Runs parts of the row once more, padded to the first or second bucket.
  std::string compare_parts() {
    for (const Trial& trial : trials_) {
      const size_t bucket = padding_.bucket_of(trial.length);
      if (bucket == 0 || bucket == trial.length || bucket > second_bucket()) continue;
      compared_ = trial.length;
      std::string reason = compare(trial.results, part(trial.length, bucket), trial.length, bucket);
      if (!reason.empty()) return reason;
    }
    return compared_ > 0 ? ""
                         : "there is no length between the buckets that the model runs on: nothing would be padded";
  }

  /// Padded results must begin with what they are alone.
  std::string compare(const TrialRuns::Results& alone, const OwnedTensors& row, size_t length, size_t bucket) {
    const TrialRuns::Results padded = runs_.run(row.views);
    for (size_t i = 0; i < padded.size(); ++i) {
      const TensorView& all = padded[i].view;
      const TensorView& own = alone[i].view;
      const OutputPadding& output = padding_.outputs[i];
      Shape expected = own.dims;
      if (output.axis != kNoAxis) {
        expected[static_cast<size_t>(output.axis)] = static_cast<int64_t>(output.fit.at(bucket));
      }
      if (all.dims != expected) {
        return name_of(i) + " of a row padded to " + std::to_string(bucket) + " has the shape " + to_string(all.dims) +
               ", not " + to_string(expected);
      }
      OwnedTensors cut;
      const TensorView& begin = cut.add(own.type, own.dims);
      copy_rows(begin, {1, 0}, all, {1, 0}, 1, kNoAxis);
      if (same_row(begin, 0, own, options_.rtol, options_.atol)) continue;
      return name_of(i) + " of a row of length " + std::to_string(length) + " differs when it is padded to " +
             std::to_string(bucket);
    }
    return {};
  }

  /// One length of rows with other values: all samples, or made-up rows of one sign.
  std::string compare_other_rows() {
    if (options_.verify == Verify::kSamples) {
      for (const Sample& sample : options_.samples) {
        const OwnedTensors row = first_row(sample, signature_, layout_);
        const size_t length = length_of(row, padding_);
        if (std::string reason = compare_row(row, length, length); !reason.empty()) return reason;
      }
      return {};
    }
    for (const bool negative : {true, false}) {
      if (!set_signs(row_, padding_, negative)) return {};
      if (std::string reason = compare_row(row_, padding_.buckets.back(), compared_); !reason.empty()) return reason;
    }
    return {};
  }

  std::string compare_row(const OwnedTensors& row, size_t has, size_t length) {
    const size_t bucket = padding_.bucket_of(length);
    if (bucket == 0 || bucket == length) return {};
    const TrialRuns::Results alone = runs_.run(part_of(row, has, length, length, padding_).views);
    return compare(alone, part_of(row, has, length, bucket, padding_), length, bucket);
  }

  const Signature& signature_;
  const BatchLayout& layout_;
  const ProofOptions& options_;
  TrialRuns runs_;
  Padding padding_;
  OwnedTensors row_;
  std::vector<Trial> trials_;
  size_t compared_ = 0;     ///< a length that was padded
  bool settled_ = true;     ///< no trial has come or gone
  std::string last_error_;  ///< of a length that the model did not take
};

}  // namespace

Padding prove_padding(LoadedModel& model, const BatchLayout& layout, const ProofOptions& options,
                      LoadCancellation& cancellation) {
  return PadProof(model, layout, options, cancellation).run();
}

}  // namespace ntrt
