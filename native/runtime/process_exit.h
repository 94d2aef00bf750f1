#pragma once
// Note "process exit": exit() runs the static destructors of every library while our threads still run. A thread
// inside ONNX Runtime then uses what is being destroyed. So work in progress is asked to stop before that, and waited
// for, for a bounded time, and threads are kept from going in again. What does not stop in time (one operator that
// takes seconds) touches only its tensors, and ends with the process. There are two occasions:
// - a thread_local object of the main thread: exit() destroys those of its thread before it runs any handler. It also
//   covers a library that is just being opened, whose statics no handler of ours can be registered after.
// - exit handlers, for a process that loads the addon in workers only, and for Windows. They run in reverse order, so
//   they are registered again after libraries were opened and have initialised more of themselves.
// Nothing here is ever destroyed.

#include <memory>

namespace ntrt {

/// Something that runs foreign code and can be asked to stop, from any thread.
class Interruptible {
 public:
  virtual ~Interruptible() = default;
  virtual void interrupt() noexcept = 0;
};

/// Registers an exit handler.
void install_exit_handler();

/// To be called on the main thread, which is the one that calls exit(); elsewhere it does nothing.
void watch_main_thread();

/// What exit() leads to: interrupts what is busy and waits for it, for a bounded time.
void stop_all_work();

/// Marks a thread as inside foreign code. When the process is exiting the constructor never returns: the thread
/// parks until the process is gone. A link of the list of all that live, so that it takes no memory and cannot fail.
class BusyScope {
 public:
  explicit BusyScope(std::weak_ptr<Interruptible> work) noexcept;
  ~BusyScope();
  BusyScope(const BusyScope&) = delete;
  BusyScope& operator=(const BusyScope&) = delete;

 private:
  friend void stop_all_work();

  const std::weak_ptr<Interruptible> work_;
  BusyScope* next_ = nullptr;      // guarded by the list's mutex
  BusyScope* previous_ = nullptr;  // likewise
};

}  // namespace ntrt
