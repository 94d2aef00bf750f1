#pragma once
// A model that accumulates: what a step gives follows from all steps of its sequence before it, in their order.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "test/support/fake_engine.h"
#include "test/support/row_model.h"

namespace ntrt::testing {

/// What is wrong with the model; may be changed between runs.
struct SequenceFaults {
  std::atomic<int64_t> poison{INT64_MIN};  ///< a run fails if "x" has this value in it
  std::atomic<bool> swaps_states{false};   ///< of several rows, the first two get each other's
  std::atomic<bool> grows{false};          ///< the new state is larger than the old one
};

/// "x" and "y" are int64 [n]; "state" and "next" are int64 [2, n].
inline Signature sequence_signature(Dim rows = std::string("n")) {
  Signature signature;
  signature.inputs = {{"x", DType::kInt64, {rows}, false}, {"state", DType::kInt64, {int64_t{2}, rows}, false}};
  signature.outputs = {{"y", DType::kInt64, {rows}, false}, {"next", DType::kInt64, {int64_t{2}, rows}, false}};
  return signature;
}

/// The value of a step that comes after one with `before`.
inline int64_t next_value(int64_t before, int64_t x) {
  return static_cast<int64_t>(static_cast<uint64_t>(before) * 1099511628211U + static_cast<uint64_t>(x));
}

/// y and the first half of the state are the value; the second half counts steps.
class SequenceAction {
 public:
  explicit SequenceAction(std::shared_ptr<const SequenceFaults> faults) : faults_(std::move(faults)) {}

  void operator()(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) const {
    const int64_t rows = inputs[0].dims[0];
    if (inputs[1].dims != Shape{2, rows}) throw Error(Code::kBackendError, "the state has other rows");
    const auto* const x = static_cast<const int64_t*>(inputs[0].data);
    const auto* const state = static_cast<const int64_t*>(inputs[1].data);
    const auto count = static_cast<size_t>(rows);
    std::vector<int64_t> next(2 * count);
    for (size_t row = 0; row < count; ++row) {
      if (x[row] == faults_->poison) throw Error(Code::kBackendError, "a poisoned step");
      next[row] = next_value(state[row], x[row]);
      next[count + row] = state[count + row] + 1;
    }
    for (OutputRequest& output : outputs) {
      own_memory(output, DType::kInt64, output.index == 0 ? Shape{rows} : Shape{2, rows});
      std::memcpy(output.view.data, next.data(), output.view.bytes);
      if (output.index == 0) continue;
      auto* const data = static_cast<int64_t*>(output.view.data);
      if (faults_->swaps_states && rows > 1) std::swap(data[0], data[1]);
      if (faults_->grows) output.view.dims = {1, 2 * rows};
    }
  }

 private:
  const std::shared_ptr<const SequenceFaults> faults_;
};

inline SequenceOptions sequence_options(size_t max_sequences = 1024) {
  SequenceRequest request;
  request.states = {{"state", "next"}};
  request.max_sequences = max_sequences;
  request.idle_timeout = std::chrono::hours(1);
  return resolve_sequences(request, sequence_signature());
}

inline BatchLayout sequence_layout() {
  BatchLayout layout;
  layout.enabled = true;
  layout.input_axes = {0, 1};
  layout.output_axes = {0, 1};
  return layout;
}

/// With batches, and sequences that expire after an hour.
inline EngineOptions stateful_options(int instances = 1, size_t max_size = 32) {
  EngineOptions options = fake_options(instances);
  options.layout = sequence_layout();
  options.queue.batch.max_size = max_size;
  options.sequences = sequence_options();
  return options;
}

/// A step of one row.
inline std::shared_ptr<Request> make_step(std::shared_ptr<CompletionSink> sink, uint64_t tag, SequenceStep step,
                                          int64_t x, int64_t rows = 1) {
  auto request = std::make_shared<Request>();
  request->id = tag;
  request->sink = std::move(sink);
  request->step = std::move(step);
  Buffer& buffer = request->buffers.emplace_back(host_pool(), static_cast<size_t>(rows) * sizeof(int64_t));
  for (int64_t row = 0; row < rows; ++row) static_cast<int64_t*>(buffer.data())[row] = x;
  request->inputs = {{DType::kInt64, {rows}, buffer.data(), buffer.size()}, {}};
  request->outputs.resize(1);
  request->bytes = buffer.size();
  request->submitted = Clock::now();
  return request;
}

inline int64_t value_of(const Request& request) { return *static_cast<const int64_t*>(request.outputs[0].view.data); }

class SequenceEngine : public FakeEngine {
 public:
  explicit SequenceEngine(EngineOptions options = stateful_options())
      : FakeEngine(std::move(options), sequence_signature()) {
    script().set_action(SequenceAction(faults_));
  }

  SequenceFaults& faults() { return *faults_; }

  std::shared_ptr<Request> step(const std::string& id, int64_t x) { return step(SequenceStep{id}, x); }
  std::shared_ptr<Request> step(SequenceStep step, int64_t x) {
    auto request = make_step(shared_sink(), next_tag_++, std::move(step), x);
    (**this).submit(request);
    return request;
  }
  /// A step of a sequence "blocker" that stands at the closed gate, of the only instance.
  std::shared_ptr<Request> block() {
    script().close_gate();
    auto request = step("blocker", 0);
    script().wait_until_running(1);
    return request;
  }
  /// After all that was submitted has ended; the gate is open then.
  void settle() {
    script().open_gate();
    wait_until("all steps to end", [&] {
      const EngineCounters& c = (**this).counters();
      return c.completed + c.failed + c.aborted + c.timed_out == c.accepted && sequences_are_idle();
    });
  }
  SequenceStats stats() { return (**this).sequence_stats(); }
  std::map<size_t, uint64_t> sizes() { return (**this).counters().batch_sizes.snapshot(); }

 private:
  bool sequences_are_idle() { return (**this).queue_state().depth == 0; }

  const std::shared_ptr<SequenceFaults> faults_ = std::make_shared<SequenceFaults>();
  uint64_t next_tag_ = 0;
};

}  // namespace ntrt::testing
