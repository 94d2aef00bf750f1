#include "test/standins/cuda/call.h"

#include <algorithm>
#include <iterator>

#include "test/standins/cuda/capture.h"

namespace standin {
namespace {

/// Whether the driver loses the context with a status by itself: its header says so, or says that only a new process
/// helps.
bool loses_context(int code) {
  constexpr int kCodes[] = {214, 226, 700, 702, 703, 709, 710, 714, 715, 716, 717, 718, 719, 721, 810, 911, 999};
  return std::find(std::begin(kCodes), std::end(kCodes), code) != std::end(kCodes);
}

}  // namespace

std::vector<CUcontext>& context_stack() {
  static thread_local std::vector<CUcontext> stack;
  return stack;
}

Call::Call(const char* function, Needs needs) : name(function), s(state()), lock(s.mutex), needs_(needs) {
  const std::optional<Fault> fault = s.faults.next(name);
  if (needs != Needs::kNothing && !s.is_initialized) {
    fail(CUDA_ERROR_NOT_INITIALIZED);
    return;
  }
  if (in_host_function()) {
    s.violation("undefined", std::string(name) + " is called in a host function");
    fail(CUDA_ERROR_NOT_PERMITTED);
    return;
  }
  if (!context_stack().empty()) context = s.find_context(context_stack().back());
  if (fault) apply(*fault);
  if (needs == Needs::kContext) {
    if (context == nullptr) fail(CUDA_ERROR_INVALID_CONTEXT);
    if (context != nullptr && context->lost != CUDA_SUCCESS) fail(context->lost);
  }
}

void Call::apply(const Fault& fault) {
  if (fault.at_run) {
    run_fault = fault;
    return;
  }
  if (fault.hangs) {
    const uint64_t releases = s.num_hang_releases;
    s.changed.wait(lock, [&] { return s.num_hang_releases != releases; });
    return;
  }
  if (fault.is_sticky || loses_context(fault.code)) {
    // The current context's, or that of every device: some calls need none.
    for (const auto& device : s.devices) {
      if (context == nullptr || context == &device->context) {
        lose(s, device->context, static_cast<CUresult>(fault.code));
      }
    }
  }
  fail(static_cast<CUresult>(fault.code));
}

void Call::bad_handle(const char* what) {
  s.violation("invalid-handle", std::string(name) + ": " + what + " that does not exist, or does not any more");
  fail(CUDA_ERROR_INVALID_HANDLE);
}

StreamPtr Call::stream(CUstream handle) {
  if (!ok() && needs_ != Needs::kEnds) return nullptr;
  if (handle == nullptr || handle == CU_STREAM_LEGACY) {
    if (context == nullptr) {
      fail(CUDA_ERROR_INVALID_CONTEXT);
      return nullptr;
    }
    if (!context->legacy) {
      context->legacy = s.make_stream(context, 0, 0);
      context->legacy->is_legacy = true;
    }
    use(*context);
    return ok() ? context->legacy : nullptr;
  }
  if (handle == CU_STREAM_PER_THREAD) {
    s.violation("not-modelled", std::string(name) + ": the per-thread default stream");
    fail(CUDA_ERROR_NOT_SUPPORTED);
    return nullptr;
  }
  StreamPtr stream = s.streams.find(handle);
  if (stream == nullptr) {
    bad_handle("a stream");
    return nullptr;
  }
  use(*stream->context);
  return ok() || needs_ == Needs::kEnds ? stream : nullptr;
}

EventPtr Call::event(CUevent handle) {
  if (!ok() && needs_ != Needs::kEnds) return nullptr;
  EventPtr event = s.events.find(handle);
  if (event == nullptr) {
    bad_handle("an event");
    return nullptr;
  }
  use(*event->context);
  return ok() || needs_ == Needs::kEnds ? event : nullptr;
}

CompletionPtr enqueue(Call& call, const StreamPtr& stream, const OperationSpec& spec, Submission more) {
  if (!call.ok() || stream == nullptr) return nullptr;
  if (stream->capture) {
    call.fail(note(call.s, stream, spec));
    return nullptr;
  }
  call.fail(check_implicit(call.s, *stream));
  if (!call.ok()) return nullptr;
  more.fault = call.run_fault;
  return submit(call.s, stream, spec, std::move(more), call.result);
}

}  // namespace standin
