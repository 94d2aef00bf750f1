#pragma once
// What every function of the driver begins with: the lock, the faults, whether the driver is initialised and the
// context well.

#include "test/standins/cuda/stream.h"

namespace standin {

/// What a function needs. kEnds: it takes something away, which it does for the books in a lost context, too.
enum class Needs { kNothing, kInit, kContext, kEnds };

/// Holds the lock for the time of a call. Where `ok()` is false the call returns result.
class Call {
 public:
  Call(const char* name, Needs needs);

  bool ok() const { return result == CUDA_SUCCESS; }
  /// Makes the call fail unless it does already.
  Call& fail(CUresult code) {
    if (ok()) result = code;
    return *this;
  }
  /// The stream of a handle, the default streams included. Null, and the call fails, if there is none or its context is
  /// lost. A handle that is none is undefined to the driver, and a violation.
  StreamPtr stream(CUstream handle);
  EventPtr event(CUevent handle);
  /// A violation about a handle, and CUDA_ERROR_INVALID_HANDLE.
  void bad_handle(const char* what);
  /// The context of what a call is about, where it is another than the current one.
  void use(const Context& context) {
    if (needs_ != Needs::kEnds && context.lost != CUDA_SUCCESS) fail(context.lost);
  }

  const char* name;
  State& s;
  Lock lock;
  CUresult result = CUDA_SUCCESS;
  /// The thread's current context; null if there is none, or if it has ended.
  Context* context = nullptr;
  /// For the operation that this call submits.
  std::optional<Fault> run_fault;

 private:
  void apply(const Fault& fault);

  Needs needs_;
};

/// The calling thread's stack of contexts, by their handles.
std::vector<CUcontext>& context_stack();

/// Submits to the stream, or notes it in its capture.
CompletionPtr enqueue(Call& call, const StreamPtr& stream, const OperationSpec& spec, Submission more = {});

}  // namespace standin
