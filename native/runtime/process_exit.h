#pragma once
// Note "process exit": exit() runs the static destructors of every library while our threads still run. A thread
// inside ONNX Runtime then uses what is being destroyed. So an exit handler, registered after ONNX Runtime's own,
// asks all work in progress to stop, waits for it for a bounded time, and keeps threads from going in again. What
// does not stop in time (one operator that takes seconds) touches only its tensors, and ends with the process.
// Nothing here is ever destroyed.

#include <memory>

namespace ntrt {

/// Something that runs foreign code and can be asked to stop, from any thread.
class Interruptible {
 public:
  virtual ~Interruptible() = default;
  virtual void interrupt() noexcept = 0;
};

/// Registers the exit handler; again after libraries were opened or have initialised more of themselves, since
/// handlers run in reverse order.
void install_exit_handler();

/// Marks a thread as inside foreign code. When the process is exiting the constructor never returns: the thread
/// parks until the process is gone.
class BusyScope {
 public:
  explicit BusyScope(std::weak_ptr<Interruptible> work);
  ~BusyScope();
  BusyScope(const BusyScope&) = delete;
  BusyScope& operator=(const BusyScope&) = delete;

 private:
  size_t slot_;
};

}  // namespace ntrt
