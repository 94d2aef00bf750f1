// Streams, events, host functions.
#include "test/standins/cuda/call.h"

#include "test/standins/cuda/capture.h"

using namespace standin;

namespace {

/// Calls that look at a stream cannot be captured, and break the capture that forbids them.
void check_looking(Call& call, const Stream& stream) {
  if (stream.capture) call.fail(break_capture(*stream.capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
  call.fail(check_implicit(call.s, stream));
  call.fail(check_unsafe(call.s));
}

/// An event of a capture must not be looked at; that breaks the capture.
void check_looking(Call& call, const Event& event) {
  if (event.capture) {
    break_capture(*event.capture, CUDA_ERROR_CAPTURED_EVENT);
    call.fail(CUDA_ERROR_CAPTURED_EVENT);
  }
  call.fail(check_unsafe(call.s));
}

/// Whether what stands for a stream's or event's work is over; the host knows of it from then on.
CUresult query(Call& call, const CompletionPtr& work) {
  if (!call.ok() || work == nullptr) return call.result;
  if (!work->is_done) return call.fail(CUDA_ERROR_NOT_READY).result;
  observe(call.s, *work);
  return call.result;
}

}  // namespace

CUresult CUDAAPI cuStreamCreateWithPriority(CUstream* stream, unsigned flags, int priority) {
  Call call("cuStreamCreateWithPriority", Needs::kContext);
  if (!call.ok()) return call.result;
  if ((flags & ~static_cast<unsigned>(CU_STREAM_NON_BLOCKING)) != 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  *stream = reinterpret_cast<CUstream>(call.s.streams.add(call.s.make_stream(call.context, flags, priority)));
  return call.result;
}

CUresult CUDAAPI cuStreamCreate(CUstream* stream, unsigned flags) {
  return cuStreamCreateWithPriority(stream, flags, 0);
}

CUresult CUDAAPI cuStreamDestroy(CUstream stream) {
  Call call("cuStreamDestroy", Needs::kEnds);
  const StreamPtr found = call.s.streams.find(stream);
  if (found == nullptr) {
    call.bad_handle("a stream");
    return call.result;
  }
  if (found->capture) break_capture(*found->capture, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  found->is_destroyed = true;  // its thread ends when the queue is empty
  call.s.streams.erase(stream);
  call.s.changed.notify_all();
  if (found->context->lost != CUDA_SUCCESS) call.fail(found->context->lost);
  return call.result;
}

CUresult CUDAAPI cuStreamSynchronize(CUstream stream) {
  Call call("cuStreamSynchronize", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr) return call.result;
  check_looking(call, *found);
  if (!call.ok()) return call.result;
  wait(call.s, call.lock, *found);
  call.use(*found->context);
  return call.result;
}

CUresult CUDAAPI cuStreamQuery(CUstream stream) {
  Call call("cuStreamQuery", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr) return call.result;
  check_looking(call, *found);
  return query(call, found->last);
}

CUresult CUDAAPI cuStreamGetFlags(CUstream stream, unsigned* flags) {
  Call call("cuStreamGetFlags", Needs::kInit);
  if (const StreamPtr found = call.stream(stream)) *flags = found->flags;
  return call.result;
}

CUresult CUDAAPI cuStreamGetPriority(CUstream stream, int* priority) {
  Call call("cuStreamGetPriority", Needs::kInit);
  if (const StreamPtr found = call.stream(stream)) *priority = found->priority;
  return call.result;
}

CUresult CUDAAPI cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  Call call("cuStreamWaitEvent", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  const EventPtr what = call.event(event);
  if (found == nullptr || what == nullptr) return call.result;
  if (flags != CU_EVENT_WAIT_DEFAULT) {
    call.s.violation("not-modelled", "cuStreamWaitEvent with flags");
    return call.fail(CUDA_ERROR_NOT_SUPPORTED).result;
  }
  if (found->capture || what->capture) return call.fail(wait_in_capture(call.s, found, *what)).result;
  if (what->recorded) enqueue(call, found, {.name = "cuStreamWaitEvent"}, {.after = {what->recorded}});
  return call.result;
}

CUresult CUDAAPI cuLaunchHostFunc(CUstream stream, CUhostFn function, void* data) {
  Call call("cuLaunchHostFunc", Needs::kInit);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr) return call.result;
  if (function == nullptr) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  OperationSpec spec{.name = "cuLaunchHostFunc"};
  spec.is_host_function = true;
  spec.run = [function, data](const std::vector<std::byte*>&) {
    function(data);
    return 0;
  };
  enqueue(call, found, spec);
  return call.result;
}

CUresult CUDAAPI cuEventCreate(CUevent* event, unsigned flags) {
  Call call("cuEventCreate", Needs::kContext);
  if (!call.ok()) return call.result;
  constexpr unsigned kKnown = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING;
  if ((flags & ~kKnown) != 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  auto made = std::make_shared<Event>();
  made->context = call.context;
  made->has_timing = (flags & CU_EVENT_DISABLE_TIMING) == 0;
  *event = reinterpret_cast<CUevent>(call.s.events.add(std::move(made)));
  return call.result;
}

CUresult CUDAAPI cuEventDestroy(CUevent event) {
  Call call("cuEventDestroy", Needs::kEnds);
  const EventPtr found = call.s.events.find(event);
  if (found == nullptr) {
    call.bad_handle("an event");
    return call.result;
  }
  call.s.events.erase(event);
  if (found->context->lost != CUDA_SUCCESS) call.fail(found->context->lost);
  return call.result;
}

CUresult CUDAAPI cuEventRecord(CUevent event, CUstream stream) {
  Call call("cuEventRecord", Needs::kInit);
  const EventPtr what = call.event(event);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr || what == nullptr) return call.result;
  if (found->context != what->context) return call.fail(CUDA_ERROR_INVALID_HANDLE).result;
  if (found->capture) return call.fail(record_in_capture(found, *what)).result;
  const CompletionPtr completion = enqueue(call, found, {.name = "cuEventRecord"});
  if (completion == nullptr) return call.result;
  what->recorded = completion;
  what->capture = nullptr;
  return call.result;
}

CUresult CUDAAPI cuEventQuery(CUevent event) {
  Call call("cuEventQuery", Needs::kInit);
  const EventPtr found = call.event(event);
  if (found == nullptr) return call.result;
  check_looking(call, *found);
  return query(call, found->recorded);
}

CUresult CUDAAPI cuEventSynchronize(CUevent event) {
  Call call("cuEventSynchronize", Needs::kInit);
  const EventPtr found = call.event(event);
  if (found == nullptr) return call.result;
  check_looking(call, *found);
  if (!call.ok()) return call.result;
  wait(call.s, call.lock, found->recorded);
  call.use(*found->context);
  return call.result;
}

CUresult CUDAAPI cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  Call call("cuEventElapsedTime", Needs::kInit);
  const EventPtr first = call.event(start);
  const EventPtr second = call.event(end);
  if (first == nullptr || second == nullptr) return call.result;
  if (first->capture || second->capture) return call.fail(CUDA_ERROR_CAPTURED_EVENT).result;
  const bool is_usable = first->recorded && second->recorded && first->has_timing && second->has_timing;
  if (!is_usable) return call.fail(CUDA_ERROR_INVALID_HANDLE).result;
  if (!first->recorded->is_done || !second->recorded->is_done) return call.fail(CUDA_ERROR_NOT_READY).result;
  *milliseconds = std::chrono::duration<float, std::milli>(second->recorded->at - first->recorded->at).count();
  return call.result;
}
