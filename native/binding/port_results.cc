// How results leave a port. After poll() or a run in place, exactly one of take, copyOut and keep follows.

#include <algorithm>
#include <cstring>

#include "binding/copier.h"
#include "binding/port.h"
#include "binding/tensor_argument.h"

namespace ntrt::binding {
namespace {

uint64_t nanoseconds_since(Clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
}

const std::string& output_name(const Request& request, size_t position) {
  return request.engine->signature().outputs[request.outputs[position].index].name;
}

/// The typed array for one output, which must have exactly its size. Null data for outputs that are where they were to
/// go already, and for strings.
ArrayView destination(Napi::Env env, napi_value value, const Request& request, size_t position) {
  const OutputRequest& output = request.outputs.at(position);
  ArrayView view;
  if (output.into || output.view.type == DType::kString) return view;
  if (!view_typed_array(env, value, view)) {
    throw Error(Code::kInvalidArgument, "output '" + output_name(request, position) + "': expected a typed array");
  }
  if (view.bytes != output.view.bytes) {
    throw size_error(output_name(request, position), output.view.bytes, view.bytes);
  }
  return view;
}

}  // namespace

/// Per output, in the order of the request: whether it is where it was to go already, rank, dimensions. From frame[2]
/// on.
void Port::set_current(std::shared_ptr<Request> request) {
  current_.request = std::move(request);
  size_t at = 2;
  for (const OutputRequest& output : current_.request->outputs) {
    if (at + 2 + output.view.dims.size() > kFrameSize) {
      throw Error(Code::kUnsupported, "the outputs have too many dimensions in all");
    }
    frame_[at++] = output.into ? 1 : 0;
    frame_[at++] = static_cast<double>(output.view.dims.size());
    for (const int64_t dim : output.view.dims) frame_[at++] = static_cast<double>(dim);
  }
}

void Port::set_done(std::shared_ptr<Request> request) {
  facts_ = request->facts;
  const bool written =
      std::all_of(request->outputs.begin(), request->outputs.end(), [](const OutputRequest& o) { return o.into; });
  if (!written) return set_current(std::move(request));
  request->engine->counters().record(Stage::kTotal, nanoseconds_since(request->submitted));
  recycle(std::move(request));
}

void Port::copied(const Request& request, Clock::time_point start) {
  EngineCounters& counters = request.engine->counters();
  counters.record(Stage::kCopyOut, nanoseconds_since(start));
  counters.record(Stage::kTotal, nanoseconds_since(request.submitted - request.held_up));
  request.engine->delivered(request);
}

/// take(array0, …): copies the current results here and now, and lets them go.
Napi::Value Port::take(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::shared_ptr<Request> request = std::move(current_.request);
  if (!request) throw Error(Code::kInternal, "there is no result to take");
  const Clock::time_point start = Clock::now();
  for (size_t i = 0; i < request->outputs.size(); ++i) {
    const ArrayView view = destination(env, info[i], *request, i);
    if (view.bytes > 0) std::memcpy(view.data, request->outputs[i].view.data, view.bytes);
  }
  copied(*request, start);
  recycle(std::move(request));
  return env.Undefined();
}

/// takeStrings(i): the strings of output i of the current results.
Napi::Value Port::take_strings(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto position = static_cast<size_t>(info[0].As<Napi::Number>().Uint32Value());
  const std::vector<std::string>& strings = current_.request->outputs.at(position).value.strings();
  Napi::Array array = Napi::Array::New(env, strings.size());
  for (size_t i = 0; i < strings.size(); ++i) {
    const Napi::HandleScope scope(env);
    array.Set(static_cast<uint32_t>(i), Napi::String::New(env, strings[i]));
  }
  return array;
}

/// copyOut(id, array0, …): a native thread copies the current results into arrays that nobody else has seen yet;
/// the caller keeps them alive until the event `copied` of that id.
Napi::Value Port::copy_out(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<Request> request = std::move(current_.request);
  if (!request) throw Error(Code::kInternal, "there is no result to take");
  const auto id = static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value());
  CopyJob job;
  for (size_t i = 0; i < request->outputs.size(); ++i) {
    const ArrayView view = destination(env, info[i + 1], *request, i);
    if (view.bytes > 0) job.copies.push_back({view.data, request->outputs[i].view.data, view.bytes});
  }
  job.mailbox = mailbox_;
  job.request = request;
  job.id = id;
  begin(env, id, nullptr, [&] { Copier::instance().add(std::move(job)); });
  return env.Undefined();
}

/// keep(id): holds the current results for copySlice, until drop(id).
Napi::Value Port::keep(const Napi::CallbackInfo& info) {
  kept_[static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value())] = std::move(current_.request);
  return info.Env().Undefined();
}

/// copySlice(id, i, array, offset, maxBytes): copies a slice of output i of kept results; returns the new offset.
Napi::Value Port::copy_slice(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<Request>& request = kept_.at(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()));
  const auto position = static_cast<size_t>(info[1].As<Napi::Number>().Uint32Value());
  const ArrayView view = destination(env, info[2], *request, position);
  const auto offset = std::min(static_cast<size_t>(info[3].As<Napi::Number>().Int64Value()), view.bytes);
  const auto limit = static_cast<size_t>(info[4].As<Napi::Number>().Int64Value());
  const size_t bytes = std::min(limit, view.bytes - offset);
  if (bytes > 0) {
    std::memcpy(static_cast<std::byte*>(view.data) + offset,
                static_cast<const std::byte*>(request->outputs.at(position).view.data) + offset, bytes);
  }
  return Napi::Number::New(env, static_cast<double>(offset + bytes));
}

Napi::Value Port::drop(const Napi::CallbackInfo& info) {
  const auto found = kept_.find(static_cast<uint64_t>(info[0].As<Napi::Number>().Int64Value()));
  if (found != kept_.end()) {
    copied(*found->second, Clock::now());
    recycle(std::move(found->second));
    kept_.erase(found);
  }
  return info.Env().Undefined();
}

}  // namespace ntrt::binding
