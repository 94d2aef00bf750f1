#pragma once
// Submitting to streams, and waiting for them. All under the state's lock.

#include "test/standins/cuda/state.h"

namespace standin {

using Lock = std::unique_lock<std::mutex>;

/// More about a submission than its spec.
struct Submission {
  std::vector<CompletionPtr> after{};
  std::optional<Fault> fault{};
  std::function<void()> on_done{};
};

/// Puts an operation at the end of the stream's queue. Checks the memory that it touches; `result` gets
/// CUDA_ERROR_INVALID_VALUE if that is wrong and violations are counted. Not for streams that are capturing.
CompletionPtr submit(State& state, const StreamPtr& stream, const OperationSpec& spec, Submission more,
                     CUresult& result);

/// Joins the threads that have nothing to do any more.
void reap_workers(State& state);
/// The same at the end of the process, where those of destroyed streams get some time to come to their end: a leak
/// checker that looks at a thread that is just ending may stumble.
void reap_workers_at_exit(State& state, Lock& lock);

/// Waits for a completion, and knows then that everything before is done.
void wait(State& state, Lock& lock, const CompletionPtr& completion);
/// Waits for all that was submitted to the stream, or to the context.
void wait(State& state, Lock& lock, const Stream& stream);
void wait(State& state, Lock& lock, const Context& context);

/// Whether the calling thread is in a host function, where the driver must not be called.
bool& in_host_function();

/// The host knows that the operation, and everything before it, is done.
void observe(State& state, const Completion& completion);

}  // namespace standin
