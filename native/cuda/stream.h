#pragma once
// A queue of a device: what is submitted to it runs in order, and beside what is in other queues.

#include "cuda/event.h"
#include "cuda/owned.h"

namespace ntrt::cuda {

/// A stream of anybody's, null for the context's default stream. Valid as long as its owner lives.
struct StreamView {
  CUstream handle = nullptr;
};

struct StreamKind {
  using Handle = CUstream;
  static void destroy(const Driver& driver, CUstream stream) noexcept { driver.stream_destroy.call(stream); }
};

/// Never waits for the default stream, nor makes it wait. Any thread; what several threads submit at the same time
/// comes in some order. Destroying one does not wait for its work, so whoever owns memory that the work uses waits
/// before.
class Stream : public Owned<StreamKind> {
 public:
  enum class Priority { kNormal, kHigh };

  Stream() = default;
  static Stream create(const ContextPtr& context, Priority priority = Priority::kNormal);

  StreamView view() const noexcept { return {get()}; }
  operator StreamView() const noexcept { return view(); }  // NOLINT(google-explicit-constructor): a view is no copy

  /// Waits for what was submitted. Throws as call(): also what went wrong in any work of the context before.
  void synchronize() const;
  /// Whether all that was submitted is done. Throws as synchronize().
  bool is_idle() const;
  /// What is submitted from now on starts after what `event` stands for at this moment.
  void wait(const Event& event) const;

  // Copies. Host memory that is not pinned makes them wait for the device; pinned memory must stay as it is until they
  // are done.
  void copy_to_device(CUdeviceptr to, const void* from, size_t bytes) const;
  void copy_to_host(void* to, CUdeviceptr from, size_t bytes) const;
  void copy_on_device(CUdeviceptr to, CUdeviceptr from, size_t bytes) const;
  void fill(CUdeviceptr to, unsigned char value, size_t bytes) const;

  /// Calls `function(data)` in a thread of the driver, after what was submitted and before what comes. It must not use
  /// the driver, and is not called once the context is lost.
  void call_host(CUhostFn function, void* data) const;

 private:
  using Owned::Owned;
};

}  // namespace ntrt::cuda
