#pragma once
// Stream capture: what is submitted becomes nodes of a graph. The rules are those of cuda.h (cuStreamBeginCapture,
// cuThreadExchangeStreamCaptureMode, the errors 900 to 908). Under the state's lock.

#include "test/standins/cuda/state.h"

namespace standin {

struct Capture {
  CUstreamCaptureMode mode = CU_STREAM_CAPTURE_MODE_GLOBAL;
  std::thread::id owner;
  Stream* origin = nullptr;
  GraphPtr graph;
  /// What ended it early.
  CUresult broken = CUDA_SUCCESS;
  struct Branch {
    uint32_t number;
    std::vector<size_t> frontier;  // what the next node of the stream comes after
  };
  std::map<StreamPtr, Branch> branches;
};
using CapturePtr = std::shared_ptr<Capture>;

/// Notes an operation. CUDA_ERROR_STREAM_CAPTURE_INVALIDATED if the capture is broken already.
CUresult note(State& state, const StreamPtr& stream, const OperationSpec& spec);
CUresult begin_capture(State& state, const StreamPtr& stream, CUstreamCaptureMode mode);
CUresult end_capture(State& state, const StreamPtr& stream, GraphPtr& graph);
/// An event in a capture stands for what is noted in its stream.
CUresult record_in_capture(const StreamPtr& stream, Event& event);
/// A wait with a capture on either side; the stream joins the event's capture.
CUresult wait_in_capture(State& state, const StreamPtr& stream, const Event& event);

/// Breaks a capture, and returns `result`.
CUresult break_capture(Capture& capture, CUresult result);
/// For calls that cannot be captured: CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, and the captures broken, if a capture
/// forbids them to this thread.
CUresult check_unsafe(State& state);
/// For the default stream: CUDA_ERROR_STREAM_CAPTURE_IMPLICIT if an ordinary stream of the context is capturing.
CUresult check_implicit(State& state, const Stream& stream);

/// The calling thread's own wish; it is exchanged by cuThreadExchangeStreamCaptureMode.
CUstreamCaptureMode& thread_capture_mode();

}  // namespace standin
