// Running what meets, and handing out its results. What is special about pooled memory is in batch_run_pooled.cc.

#include "runtime/batch/batch_run.h"

#include <algorithm>

namespace ntrt {
namespace {

bool is_whole(const Slice& slice) noexcept { return slice.num_rows == slice.item->rows; }

/// Before its run began, also behind other steps of its sequence.
Clock::duration waited(const Request& request, Clock::time_point start) noexcept {
  return start - request.submitted + request.held_up;
}

/// Results that do not have as many rows as the inputs, or not the length that theirs calls for.
class RowsMismatch : public Error {
 public:
  RowsMismatch(const std::string& output, size_t rows, const Shape& dims)
      : Error(Code::kBackendError, "output '" + output + "' of a batch of " + std::to_string(rows) +
                                       " rows has the shape " + to_string(dims) + ": the model cannot be batched") {}
};

}  // namespace

BatchRun::BatchRun(const Signature& signature, const BatchLayout& layout, const std::atomic<bool>& enabled,
                   EngineCounters& counters)
    : signature_(signature), layout_(layout), enabled_(enabled), counters_(counters) {}

std::optional<Clock::duration> BatchRun::run(Instance& instance, std::span<const Slice> slices,
                                             std::optional<size_t> first_row) noexcept {
  try {
    if (slices.size() == 1 && is_whole(slices[0])) {
      Request& request = request_of(slices[0]);
      if (!request.is_padded()) return run_one(instance, request);
      if (!enabled_ || mismatch_) {
        const Clock::duration took = run_unpadded(instance, request);
        forget_batch();
        return took;
      }
    }
    // Once results did not add up, those of a part may do so by chance.
    if (slices.size() == 1 || (enabled_ && !mismatch_)) return run_batch(instance, slices, first_row);
  } catch (const RowsMismatch& error) {
    mismatch_ = true;
    if (slices.size() == 1) fail_or_run_unpadded(instance, slices[0], error);
  } catch (...) {
    if (slices.size() == 1) fail_or_run_unpadded(instance, slices[0], Error::current());
  }
  forget_batch();
  if (slices.size() > 1) halve(instance, slices);
  return std::nullopt;
}

/// Between batches a lane keeps no memory of theirs.
void BatchRun::forget_batch() noexcept {
  gathered_.clear();
  for (auto& texts : strings_) texts.clear();
  outputs_.reset();
}

void BatchRun::halve(Instance& instance, std::span<const Slice> slices) noexcept {
  const size_t middle = slices.size() / 2;
  run(instance, slices.first(middle), std::nullopt);
  run(instance, slices.subspan(middle), std::nullopt);
}

void BatchRun::fail_or_run_unpadded(Instance& instance, const Slice& slice, const Error& error) noexcept {
  Request& request = request_of(slice);
  if (!request.is_padded() || !is_whole(slice)) return fail(request, error);
  try {
    run_unpadded(instance, request);
  } catch (...) {
    fail(request, Error::current());
  }
}

/// A padded request, as it was given.
Clock::duration BatchRun::run_unpadded(Instance& instance, Request& request) {
  if (request.slot.buffer) {
    for (size_t i = 0; i < request.inputs.size(); ++i) {
      if (!is_padded(request, layout_, i)) continue;
      TensorView& input = request.inputs[i];
      const TensorView& padded = own_rows(request, i);
      input.data = gathered_.emplace_back(host_pool(), input.bytes).data();
      copy_rows(input, {request.rows, 0}, padded, {request.rows, 0}, request.rows, 0);
    }
  }
  return run_one(instance, request);
}

Clock::duration BatchRun::run_one(Instance& instance, Request& request) {
  request.results.reset();
  copy_indices(request);
  aim_outputs(request);
  const Clock::time_point start = Clock::now();
  instance.run(request.inputs, request.outputs);
  const Clock::duration took = Clock::now() - start;
  fill_targets(request);
  counters_.batch_sizes.record(request.items);
  record(request, {counters_.next_batch(), request.items, 1, 0, waited(request, start), this}, start, took);
  return took;
}

Clock::duration BatchRun::run_batch(Instance& instance, std::span<const Slice> slices,
                                    std::optional<size_t> first_row) {
  start_inputs(slices);
  if (first_row) {
    put_in_place(slices, *first_row);
  } else {
    gather(slices);
  }
  const Request& first = request_of(slices[0]);
  outputs_ = std::make_shared<std::vector<OutputRequest>>(first.outputs.size());
  for (size_t i = 0; i < first.outputs.size(); ++i) (*outputs_)[i].index = first.outputs[i].index;

  const Clock::time_point start = Clock::now();
  instance.run(inputs_, *outputs_);
  const Clock::duration took = Clock::now() - start;
  check_rows(first.padded_to);
  hand_out(slices);
  counters_.batch_sizes.record(rows_);
  const BatchFacts batch{counters_.next_batch(), rows_, slices.size(), first_row ? 0 : rows_,
                         waited(first, start),   this};
  for (const Slice& slice : slices) record(request_of(slice), batch, start, took);
  forget_batch();
  return took;
}

void BatchRun::record(Request& request, const BatchFacts& batch, Clock::time_point start,
                      Clock::duration took) noexcept {
  const Clock::duration queue = waited(request, start);
  counters_.record(Stage::kQueue, to_nanoseconds(queue));
  counters_.record(Stage::kCompute, to_nanoseconds(took));
  const std::lock_guard lock(request.results_mutex);  // another lane may be at another part of it
  request.facts.batch = batch;
  request.facts.rows = request.items;
  request.facts.queue = queue;
  request.facts.compute = took;
}

void BatchRun::choose_tellers(std::span<const Slice> ended) const noexcept {
  for (auto at = ended.begin(); at != ended.end(); ++at) {
    Request& request = request_of(*at);
    const BatchFacts& batch = request.facts.batch;
    if (batch.lane != this) continue;
    request.facts.tells_of_batch = std::none_of(ended.begin(), at, [&](const Slice& before) {
      const Request& other = request_of(before);
      return other.sink == request.sink && other.facts.batch.id == batch.id;
    });
  }
}

/// Types and shapes of the batch's inputs, and where each slice is in it; the data comes next.
void BatchRun::start_inputs(std::span<const Slice> slices) {
  positions_.clear();
  rows_ = 0;
  for (const Slice& slice : slices) {
    positions_.push_back(rows_);
    rows_ += slice.num_rows;
  }
  const Request& first = request_of(slices[0]);
  inputs_.resize(first.inputs.size());
  strings_.resize(first.inputs.size());
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const int axis = layout_.input_axes[i];
    inputs_[i] = first.inputs[i];
    if (axis == kNoAxis) continue;
    Shape& dims = inputs_[i].dims;
    dims[static_cast<size_t>(axis)] = static_cast<int64_t>(rows_);
    if (first.padded_to > 0 && layout_.padding.input_axes[i] != kNoAxis) {
      dims[static_cast<size_t>(layout_.padding.input_axes[i])] = static_cast<int64_t>(first.padded_to);
    }
    inputs_[i].bytes = element_count(dims) * dtype_size(inputs_[i].type);
  }
}

void BatchRun::put_in_place(std::span<const Slice> slices, size_t first_row) {
  BatchBuffer& buffer = *request_of(slices[0]).slot.buffer;
  for (size_t s = 0; s < slices.size(); ++s) positions_[s] = request_of(slices[s]).slot.first_row - first_row;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    if (layout_.input_axes[i] != kNoAxis) inputs_[i].data = buffer.row(i, first_row);
  }
}

/// An input of the request as it stands in memory: padded in a batch buffer, else as it was given. The data is where it
/// is now; the view is good until the next call.
const TensorView& BatchRun::own_rows(const Request& request, size_t input) {
  const TensorView& own = request.inputs[input];
  if (!request.slot.buffer || !is_padded(request, layout_, input)) return own;
  own_ = own;
  own_.dims[static_cast<size_t>(layout_.padding.input_axes[input])] = static_cast<int64_t>(request.padded_to);
  return own_;
}

void BatchRun::gather(std::span<const Slice> slices) {
  const auto pads = [&](size_t input) {
    return std::any_of(slices.begin(), slices.end(),
                       [&](const Slice& slice) { return is_padded(request_of(slice), layout_, input); });
  };
  for (size_t i = 0; i < inputs_.size(); ++i) {
    TensorView& input = inputs_[i];
    const int axis = layout_.input_axes[i];
    if (axis == kNoAxis) continue;
    if (input.type == DType::kString) {
      strings_[i].resize(element_count(input.dims));
      input.data = &strings_[i];
    } else {
      input.data = gathered_.emplace_back(host_pool(), input.bytes).data();
      if (pads(i)) {
        fill_elements(input.data, input.bytes, layout_.padding.values[i].data(), dtype_size(input.type));
      }
    }
    for (size_t s = 0; s < slices.size(); ++s) {
      const Slice& slice = slices[s];
      copy_rows(input, {rows_, positions_[s]}, own_rows(request_of(slice), i), {slice.item->rows, slice.first_row},
                slice.num_rows, axis);
    }
  }
  counters_.gathered_rows.fetch_add(rows_, std::memory_order_relaxed);
}

TensorView BatchRun::result(size_t at) const {
  OutputRequest& output = (*outputs_)[at];
  TensorView view = output.view;
  if (view.type == DType::kString) view.data = &output.value.strings();
  return view;
}

void BatchRun::check_rows(size_t padded_to) const {
  const auto has_size = [](const Shape& dims, int axis, size_t size) {
    const auto at = static_cast<size_t>(axis);
    return axis == kNoAxis || (at < dims.size() && dims[at] == static_cast<int64_t>(size));
  };
  for (const OutputRequest& output : *outputs_) {
    const Shape& dims = output.view.dims;
    bool fits = has_size(dims, layout_.output_axes[output.index], rows_);
    if (padded_to > 0) {
      const OutputPadding& padding = layout_.padding.outputs[output.index];
      fits = fits && has_size(dims, padding.axis, padding.fit.at(padded_to));
    }
    if (!fits) throw RowsMismatch(signature_.outputs[output.index].name, rows_, dims);
  }
}

/// Turns the shape of an output of the batch into that of the request's own.
void BatchRun::set_own_dims(const Request& request, size_t output, Shape& dims) const {
  const int axis = layout_.output_axes[output];
  if (axis != kNoAxis) dims[static_cast<size_t>(axis)] = static_cast<int64_t>(request.rows);
  if (!request.is_padded()) return;
  const OutputPadding& padding = layout_.padding.outputs[output];
  if (padding.axis != kNoAxis) {
    dims[static_cast<size_t>(padding.axis)] = static_cast<int64_t>(padding.fit.at(request.length));
  }
}

void BatchRun::hand_out(std::span<const Slice> slices) {
  for (size_t s = 0; s < slices.size(); ++s) {
    if (is_whole(slices[s])) {
      hand_out_whole(request_of(slices[s]), positions_[s]);
    } else {
      hand_out_part(slices[s], positions_[s]);
    }
  }
}

/// Where rows of an output lie in one piece, the request views the batch's memory; else it gets a copy.
void BatchRun::hand_out_whole(Request& request, size_t position) {
  request.result_buffers.clear();
  for (size_t at = 0; at < request.outputs.size(); ++at) {
    OutputRequest& output = request.outputs[at];
    const TensorView from = result(at);
    const int axis = layout_.output_axes[output.index];
    if (request.target(at) != nullptr) {
      write_target(request, at, from, {rows_, position}, {request.rows, 0}, request.rows);
      continue;
    }
    output.view = from;
    if (axis == kNoAxis) continue;
    set_own_dims(request, output.index, output.view.dims);
    const size_t count = element_count(output.view.dims);
    output.view.bytes = count * dtype_size(from.type);
    const bool is_cut = request.is_padded() && count * rows_ != element_count(from.dims) * request.rows;
    if (from.type != DType::kString && axis == 0 && !is_cut) {
      output.view.data = static_cast<std::byte*>(from.data) + position * (output.view.bytes / request.rows);
      continue;
    }
    if (from.type == DType::kString) {
      output.value.strings().resize(count);
      output.view.data = &output.value.strings();
    } else {
      output.view.data = request.result_buffers.emplace_back(host_pool(), output.view.bytes).data();
    }
    copy_rows(output.view, {request.rows, 0}, from, {rows_, position}, request.rows, axis);
  }
  request.results = outputs_;
}

/// Another lane may be at another part of the same request.
void BatchRun::hand_out_part(const Slice& slice, size_t position) {
  Request& request = request_of(slice);
  const std::lock_guard lock(request.results_mutex);
  const bool first = request.result_buffers.empty();
  std::vector<Buffer> buffers;
  for (size_t at = 0; at < request.outputs.size(); ++at) {
    OutputRequest& output = request.outputs[at];
    const TensorView from = result(at);
    const int axis = layout_.output_axes[output.index];
    if (request.target(at) != nullptr) {
      write_target(request, at, from, {rows_, position}, {request.rows, slice.first_row}, slice.num_rows);
      if (first) buffers.emplace_back();
      continue;
    }
    Shape dims = from.dims;
    set_own_dims(request, output.index, dims);
    if (first) {
      const size_t count = element_count(dims);
      Buffer& buffer = buffers.emplace_back(host_pool(), count * dtype_size(from.type));
      output.view = {from.type, dims, buffer.data(), buffer.size()};
      if (from.type == DType::kString) {
        output.value.strings().resize(count);
        output.view.data = &output.value.strings();
      }
    } else if (output.view.dims != dims) {
      throw Error(Code::kBackendError, "output '" + signature_.outputs[output.index].name +
                                           "': the parts of the request have the shapes " +
                                           to_string(output.view.dims) + " and " + to_string(dims));
    }
    if (axis == kNoAxis) {
      copy_rows(output.view, {1, 0}, from, {1, 0}, 1, kNoAxis);
    } else {
      copy_rows(output.view, {request.rows, slice.first_row}, from, {rows_, position}, slice.num_rows, axis);
    }
  }
  if (first) request.result_buffers = std::move(buffers);
}

void BatchRun::fail(Request& request, const Error& error) {
  const std::lock_guard lock(request.results_mutex);
  if (!request.error) request.error = error;
}

}  // namespace ntrt
