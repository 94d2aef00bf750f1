// Steps of sequences on their way through an engine: Note "sequences" in sequence_table.h.

#include <algorithm>
#include <cstring>
#include <new>

#include "runtime/batch/batch_run.h"
#include "runtime/engine.h"

namespace ntrt {

SequenceStats Engine::sequence_stats() const {
  std::lock_guard lock(mutex_);
  return sequences_.stats();
}

/// Fills in the inputs and outputs that the caller leaves to the engine; the data of the inputs comes when the sequence
/// is known.
void Engine::add_state(Request& request) const {
  const std::vector<StateSpec>& states = options_.sequences.states;
  if (states.empty()) {
    throw Error(Code::kInvalidArgument, "options.sequence: engine '" + options_.name + "' was loaded without it",
                {{"option", "options.sequence"}});
  }
  for (const StateSpec& state : states) {
    request.inputs[state.input] = {state.type, state.dims, nullptr, state.bytes};
    const auto is_it = [&](const OutputRequest& output) { return output.index == state.output; };
    if (std::any_of(request.outputs.begin(), request.outputs.end(), is_it)) continue;
    request.outputs.emplace_back().index = state.output;
    ++request.hidden_outputs;
  }
  const BatchLayout& layout = options_.layout;
  for (size_t i = 0; layout.enabled && i < request.inputs.size(); ++i) {
    const Shape& dims = request.inputs[i].dims;
    const auto at = static_cast<size_t>(layout.input_axes[i]);
    if (layout.input_axes[i] == kNoAxis || (at < dims.size() && dims[at] == 1)) continue;
    const std::string option = "inputs." + signature_.inputs[i].name + ".dims";
    throw Error(Code::kShapeMismatch,
                option + ": expected one row, which is what a step of a sequence takes, received " + to_string(dims),
                {{"option", option},
                 {"expected", "1 row"},
                 {"received", to_string(dims)},
                 {"tensor", signature_.inputs[i].name}});
  }
}

void Engine::check_sequence(const SequenceStep& step) {
  if (step.start == SequenceStart::kMustExist && sequences_.find(step) == nullptr) {
    throw Error(Code::kNotOpen,
                "options.sequence: engine '" + options_.name + "' has no sequence '" + step.id +
                    "'; it has ended, was idle for too long, or never began",
                {{"reason", "sequence-unknown"}, {"option", "options.sequence"}});
  }
  if (sequences_.is_full_for(step)) {
    refuse(Refusal::kSequences, static_cast<double>(options_.sequences.max_sequences));
  }
}

/// Steps of the same sequence that come first.
size_t Engine::steps_ahead(const Request& request) const noexcept {
  const Sequence* const sequence = request.step ? sequences_.find(*request.step) : nullptr;
  return sequence == nullptr ? 0 : sequence->num_steps;
}

void Engine::open_sequence(Request& request, const SequenceStep& step) {
  Sequence& sequence = sequences_.open(step);
  request.sequence = &sequence;
  request.ends_sequence = step.end;
  for (size_t i = 0; i < sequence.states.size(); ++i) {
    request.inputs[options_.sequences.states[i].input].data = sequence.states[i].data();
  }
}

/// Puts a step behind the others of its sequence.
void Engine::wait_for_turn(std::shared_ptr<Request> request) {
  Request& r = *request;
  r.position = r.sequence->waiting.insert(r.sequence->waiting.end(), std::move(request));
  ++num_steps_waiting_;
}

/// Takes it out again. The sequence stays: another step is in hand.
void Engine::stop_waiting(Request& request) noexcept {
  Sequence& sequence = *std::exchange(request.sequence, nullptr);
  --num_steps_waiting_;
  queued_bytes_ -= request.bytes;
  sequences_.close(sequence, request.ends_sequence, false, {});
  sequence.waiting.erase(request.position);
}

/// The step in hand has ended; it is the next one's turn.
void Engine::end_step(Sequence& sequence, bool last, bool ran, Clock::time_point now) noexcept {
  sequence.in_hand = false;
  if (!sequences_.close(sequence, last, ran, now) || sequence.waiting.empty()) return;
  const std::shared_ptr<PlanItem> item = sequence.waiting.front();
  auto& request = static_cast<Request&>(*item);
  sequence.in_hand = true;
  --num_steps_waiting_;
  // For the planner it comes now: it neither overtakes nor ends a window by the time that it had to wait here.
  request.held_up = now - request.submitted;
  request.submitted = now;
  try {
    planner_.add(item);
    sequence.waiting.pop_front();
    request.state = Request::State::kQueued;
    if (request.flushed) planner_.flush(request);
  } catch (const std::bad_alloc&) {
    stranded_.splice(stranded_.end(), sequence.waiting, sequence.waiting.begin());
    request.state = Request::State::kRunning;
  }
}

/// A lane has ended a step, and says so before it lets the request go. `ended` is the list for end_steps().
void Engine::note_end(Request& request, bool ran, Sequence*& ended) noexcept {
  if (request.sequence == nullptr) return;  // and is not written: other lanes may be at other parts of it
  Sequence* const sequence = std::exchange(request.sequence, nullptr);
  sequence->step_ran = ran;
  sequence->step_was_last = request.ends_sequence;
  sequence->next_ended = ended;
  ended = sequence;
}

/// Of a whole batch at once, so that no other lane takes the first of the next steps away from the others.
void Engine::end_steps(Sequence* ended) noexcept {
  bool needed = false;
  {
    const std::lock_guard lock(mutex_);
    const Clock::time_point now = Clock::now();
    while (ended != nullptr) {
      Sequence& sequence = *ended;
      ended = std::exchange(sequence.next_ended, nullptr);
      end_step(sequence, sequence.step_was_last, sequence.step_ran, now);
    }
    needed = lane_is_needed();
  }
  if (needed) work_.notify_one();
}

/// After its run: the outputs that are states become the sequence's, or it fails and the sequence stays as it was.
void Engine::keep_state(Request& request) noexcept {
  if (request.sequence == nullptr || request.error) return;
  const std::vector<StateSpec>& states = options_.sequences.states;
  const auto output_of = [&](const StateSpec& state) -> const TensorView& {
    const auto is_it = [&](const OutputRequest& output) { return output.index == state.output; };
    return std::find_if(request.outputs.begin(), request.outputs.end(), is_it)->view;
  };
  try {
    for (const StateSpec& state : states) {
      const TensorView& view = output_of(state);
      if (view.type == state.type && view.dims == state.dims) continue;
      throw Error(Code::kBackendError,
                  "output '" + signature_.outputs[state.output].name + "' has the shape " + to_string(view.dims) +
                      ", but the state that it becomes, input '" + signature_.inputs[state.input].name + "', has " +
                      to_string(state.dims),
                  {{"tensor", signature_.outputs[state.output].name}});
    }
  } catch (...) {
    BatchRun::fail(request, Error::current());
    return;
  }
  for (size_t i = 0; i < states.size(); ++i) {
    if (states[i].bytes > 0) {
      std::memcpy(request.sequence->states[i].data(), output_of(states[i]).data, states[i].bytes);
    }
  }
  // Nobody else gets to see what the caller did not ask for.
  request.outputs.resize(request.outputs.size() - std::exchange(request.hidden_outputs, 0));
}

}  // namespace ntrt
