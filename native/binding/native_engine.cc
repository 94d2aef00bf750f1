#include "binding/native_engine.h"

#include <array>
#include <cstring>

#include "binding/env_state.h"
#include "binding/read_text.h"
#include "binding/staging.h"
#include "binding/tensor_argument.h"
#include "runtime/engine_registry.h"

namespace ntrt::binding {
namespace {

/// What submit() returns. The numbers cross the border.
enum class Outcome : uint8_t {
  kQueued = 0,
  kDone = 1,         ///< results wait in the port
  kDoneFirst = 2,    ///< likewise, and the first run in place in this turn: newTurn() must follow in the next
  kDoneLast = 3,     ///< likewise, and the last one in this turn: the caller hears of it in the next
  kQueuedFirst = 4,  ///< queued, the first one since endBurst(): that must follow when the caller has done what it does
};

/// Arguments of submit() before the inputs: id, mode.
constexpr size_t kFirstInput = 2;

/// In the frame, added to SequenceStart: the sequence ends with this step.
constexpr unsigned kEndsSequence = 4;

SequenceStep read_step(const Napi::CallbackInfo& info, unsigned flags) {
  SequenceStep step;
  step.start = static_cast<SequenceStart>(flags % kEndsSequence);
  step.end = flags >= kEndsSequence;
  step.id = to_text(info.Env(), info[info.Length() - 1]);
  return step;
}

void add_pooled(Request& request, size_t input, BlockLease lease) {
  request.leases.push_back(std::move(lease));
  request.pooled.resize(request.inputs.size());
  request.pooled[input] = true;
}

bool is_pooled(const Request& request, size_t input) noexcept {
  return input < request.pooled.size() && request.pooled[input];
}

Shape& read_dims(const double*& frame, Shape& dims) {
  const double rank = *frame++;
  if (!(rank >= 0 && rank <= kMaxRank)) {
    throw Error(Code::kInternal, "the frame holds no rank where one is expected");
  }
  dims.resize(static_cast<size_t>(rank));
  for (int64_t& dim : dims) dim = static_cast<int64_t>(*frame++);
  return dims;
}

}  // namespace

Napi::Function NativeEngine::define(Napi::Env env) {
  return define_class<NativeEngine>(env, "NativeEngine",
                                    {
                                        method<&NativeEngine::describe>("describe"),
                                        method<&NativeEngine::facts>("facts"),
                                        method<&NativeEngine::batching>("batching"),
                                        method<&NativeEngine::numa>("numa"),
                                        method<&NativeEngine::queue_options>("queueOptions"),
                                        method<&NativeEngine::configure>("configure"),
                                        method<&NativeEngine::submit>("submit"),
                                        method<&NativeEngine::check_room>("checkRoom"),
                                        method<&NativeEngine::flush>("flush"),
                                        method<&NativeEngine::share>("share"),
                                        method<&NativeEngine::release>("release"),
                                        method<&NativeEngine::stats>("stats"),
                                    });
}

/// If the environment is ending and can construct nothing, `engine` still closes it.
Napi::Value NativeEngine::create(Napi::Env env, const Napi::Value& port, EngineHandle engine) {
  const auto external = Napi::External<EngineHandle>::New(env, &engine);
  if (external.IsEmpty()) return env.Undefined();
  return EnvState::of(env).engine.New({port, external});
}

NativeEngine::NativeEngine(const Napi::CallbackInfo& info) : Napi::ObjectWrap<NativeEngine>(info) {
  info.This().As<Napi::Object>().TypeTag(&kEngineTag);
  port_ = Port::from(info.Env(), info[0]);
  if (port_ == nullptr || !info[1].IsExternal()) throw Error(Code::kInternal, "NativeEngine: not to be constructed");
  port_object_ = Napi::Persistent(info[0].As<Napi::Object>());
  engine_ = std::move(*info[1].As<Napi::External<EngineHandle>>().Data());
}

napi_value NativeEngine::error_factory(napi_env env, const FirstArguments& arguments) {
  const Port* port = Port::from(env, arguments[0]);
  return port != nullptr ? port->error_factory() : nullptr;
}

napi_value NativeEngine::error_factory() const { return port_->error_factory(); }

Engine& NativeEngine::engine() const {
  if (!engine_) throw Error(Code::kNotOpen, "the engine is closed");
  return *engine_;
}

/// release(id): lets the handle go; the event `released` of that id follows when that is done.
Napi::Value NativeEngine::release(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  engine();
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  port_->begin(env, id, nullptr, [&] {
    engine_.close([mailbox = port_->mailbox(), id] {
      Message message;
      message.id = id;
      message.event = Event::kReleased;
      mailbox->post(std::move(message));
    });
  });
  return env.Undefined();
}

/// flush(): what is queued waits for no company any longer.
Napi::Value NativeEngine::flush(const Napi::CallbackInfo& info) {
  engine().flush();
  return info.Env().Undefined();
}

/// share(token, description): other threads of this process can open the engine.
Napi::Value NativeEngine::share(const Napi::CallbackInfo& info) {
  engine();
  EngineRegistry::instance().offer(info[0].As<Napi::String>().Utf8Value(), engine_,
                                   info[1].As<Napi::String>().Utf8Value());
  return info.Env().Undefined();
}

/// checkRoom(bytes, requestsAhead, bytesAhead): throws as submit() would, were what is ahead queued already.
Napi::Value NativeEngine::check_room(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto number = [&info](size_t i) { return static_cast<size_t>(info[i].As<Napi::Number>().Int64Value()); };
  engine().check_room(number(0), number(1), number(2));
  return env.Undefined();
}

/// submit(id, mode, input0, …, into0, …, sequence?) with the frame holding: time-out in ms (0: none), priority, 0 or
/// what the step does to its sequence (SequenceStart, plus kEndsSequence), number of outputs, then per output its index
/// and whether `into` is given (then rank, dimensions), then per input rank, dimensions; rank -1 for a state, which has
/// no array. The caller has compared all of that with the signature; here sizes and kinds of the data are checked
/// again, since a mistake would be a read past the end.
Napi::Value NativeEngine::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Engine& target = engine();
  const MemoryScope scope(target.options().memory, MemoryUse::kStaging);
  std::shared_ptr<Request> request = port_->new_request();
  port_->set_facts({});  // those of a request that is refused
  request->submitted = Clock::now();
  request->engine = engine_.shared();
  const double* frame = port_->frame();
  const double timeout_ms = *frame++;
  request->priority = static_cast<Priority>(*frame++);
  if (const auto step = static_cast<unsigned>(*frame++); step != 0) request->step = read_step(info, step);
  read_outputs(info, frame, *request);
  read_inputs(info, frame, *request);

  const bool blocking = static_cast<Mode>(info[1].As<Napi::Number>().Uint32Value()) == Mode::kBlocking;
  std::optional<Clock::duration> took;
  if (blocking && request->step) throw Error(Code::kInternal, "a step does not run on the caller's thread");
  try {
    if (blocking) {
      target.run_blocking(*request);
    } else if (!request->step) {
      took = target.try_run_in_place(*request, port_->turn_budget());
    }
  } catch (...) {
    port_->set_facts(request->facts);
    throw;
  }
  if (blocking) {
    port_->set_done(std::move(request));
    return Napi::Number::New(env, static_cast<double>(Outcome::kDone));
  }
  if (took) {
    port_->set_done(std::move(request));
    constexpr std::array kOutcomes = {Outcome::kDoneFirst, Outcome::kDone, Outcome::kDoneLast};
    const Outcome outcome = kOutcomes[static_cast<size_t>(port_->use_turn(*took))];
    return Napi::Number::New(env, static_cast<double>(outcome));
  }
  // `into` is memory of the user's: it is filled on this thread when the results are taken. Pooled memory is filled by
  // the lane, which has request->targets.
  for (OutputRequest& output : request->outputs) output.into = false;
  if (timeout_ms > 0) {
    request->deadline = request->submitted + std::chrono::duration_cast<Clock::duration>(
                                                 std::chrono::duration<double, std::milli>(timeout_ms));
  }
  const uint64_t id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  request->id = id;
  target.admit(*request);
  bool first = false;
  try {
    copy_in(*request);
    port_->begin(env, id, request, [&] {
      first = !request->solo && port_->join_burst(engine_.shared());
      target.enqueue(request);
    });
  } catch (...) {
    if (first) port_->leave_bursts();  // the caller hears of the error only, and calls no endBurst()
    target.withdraw(*request);
    throw;
  }
  return Napi::Number::New(env, static_cast<double>(first ? Outcome::kQueuedFirst : Outcome::kQueued));
}

void NativeEngine::read_outputs(const Napi::CallbackInfo& info, const double*& frame, Request& request) const {
  const auto& specs = engine_->signature().outputs;
  const auto count = static_cast<size_t>(*frame++);
  size_t argument = kFirstInput + engine_->signature().inputs.size();
  if (count > specs.size()) throw Error(Code::kInternal, "the frame asks for more outputs than there are");
  request.outputs.resize(count);
  for (OutputRequest& output : request.outputs) {
    output.index = static_cast<size_t>(*frame++);
    if (output.index >= specs.size()) throw Error(Code::kInternal, "the frame asks for an output that is none");
    output.into = *frame++ != 0;
    if (!output.into) continue;
    const TensorSpec& spec = specs[output.index];
    output.view.type = spec.type;
    const size_t bytes = element_count(read_dims(frame, output.view.dims)) * dtype_size(spec.type);
    const napi_value value = info[argument++];
    ArrayView view;
    std::optional<BlockLease> lease;
    bool found = view_typed_array(info.Env(), value, view);
    if (found) {
      lease = port_->pooled().lease(view, Access::kWrite, request.leases, "into", spec.name);
    } else if (Staging* const staging = Staging::from(info.Env(), value)) {
      lease = staging->take_lease(view);
      found = lease.has_value();
    }
    if (!found || !carries(view.type, spec.type)) {
      throw Error(Code::kInvalidArgument, "output '" + spec.name + "': 'into' holds no typed array for its type");
    }
    if (view.bytes != bytes) throw size_error(spec.name, bytes, view.bytes);
    output.view.data = view.data;
    output.view.bytes = bytes;
    if (!lease) continue;
    request.leases.push_back(*std::move(lease));
    request.targets.resize(count);
    request.targets[static_cast<size_t>(&output - request.outputs.data())] = output.view;
  }
}

void NativeEngine::read_inputs(const Napi::CallbackInfo& info, const double*& frame, Request& request) const {
  const auto& specs = engine_->signature().inputs;
  request.inputs.resize(specs.size());
  request.borrowed.assign(specs.size(), false);
  for (size_t i = 0; i < specs.size(); ++i) {
    const TensorSpec& spec = specs[i];
    const napi_value value = info[kFirstInput + i];
    TensorView& input = request.inputs[i];
    if (*frame < 0 && request.step && engine_->options().sequences.of_input(i) != nullptr) {
      ++frame;
      input = {};
      continue;
    }
    input.type = spec.type;
    const size_t count = element_count(read_dims(frame, input.dims));
    input.bytes = count * dtype_size(spec.type);
    ArrayView view;
    if (spec.type == DType::kString) {
      auto& strings = request.strings.emplace_back(read_strings(info.Env(), value, spec.name));
      if (strings.size() != count) throw size_error(spec.name, count, strings.size());
      input.data = &strings;
      for (const auto& text : strings) request.bytes += text.size();
    } else if (view_typed_array(info.Env(), value, view)) {
      if (!carries(view.type, spec.type)) {
        throw Error(Code::kInvalidArgument, "input '" + spec.name + "': wrong kind of typed array for its type");
      }
      if (view.bytes != input.bytes) throw size_error(spec.name, input.bytes, view.bytes);
      input.data = view.data;
      auto lease = port_->pooled().lease(view, Access::kRead, request.leases, "inputs", spec.name);
      request.borrowed[i] = !lease;
      if (lease) add_pooled(request, i, *std::move(lease));
    } else if (Staging* staging = Staging::from(info.Env(), value)) {
      auto lease = staging->take_lease(view);
      const size_t bytes = lease ? view.bytes : staging->size();
      if (bytes != input.bytes) throw size_error(spec.name, input.bytes, bytes);
      if (lease && !carries(view.type, spec.type)) {
        throw Error(Code::kInvalidArgument, "input '" + spec.name + "': wrong kind of typed array for its type");
      }
      input.data = lease ? view.data : request.buffers.emplace_back(staging->take()).data();
      if (lease) add_pooled(request, i, *std::move(lease));
    } else {
      throw Error(Code::kInvalidArgument, "input '" + spec.name + "': expected a typed array");
    }
    if (!is_pooled(request, i)) request.bytes += input.bytes;
  }
}

/// From here on the request owns its data, where its slot says or by itself: the user may change, transfer or drop what
/// was passed in.
void NativeEngine::copy_in(Request& request) {
  const Clock::time_point start = Clock::now();
  const NumaScope on_node(request.engine->options().numa.node);
  const BatchLayout& layout = request.engine->options().layout;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    TensorView& input = request.inputs[i];
    // What all of a batch share was compared with what others have, and must stay so.
    const bool shared = is_pooled(request, i) && !request.solo && layout.input_axes[i] == kNoAxis;
    if (!(request.borrowed[i] || shared) || input.bytes == 0) continue;
    if (shared) request.pooled[i] = false;
    if (request.slot.buffer && layout.input_axes[i] != kNoAxis) {
      void* const data = request.slot.buffer->row(i, request.slot.first_row);
      write_rows(request, layout, i, data);
      input.data = data;
    } else {
      void* const data = request.buffers.emplace_back(host_pool(), input.bytes).data();
      std::memcpy(data, input.data, input.bytes);
      input.data = data;
    }
  }
  request.facts.copy_in = Clock::now() - start;
  request.engine->counters().record(Stage::kCopyIn, to_nanoseconds(request.facts.copy_in));
}

}  // namespace ntrt::binding
