#include "runtime/process_exit.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "core/thread.h"

namespace ntrt {
namespace {

constexpr std::chrono::milliseconds kGrace{500};

struct ExitState {
  std::mutex mutex;
  std::condition_variable idle;
  bool exiting = false;                            // guarded by mutex
  std::chrono::steady_clock::time_point deadline;  // of the wait, once exiting; guarded by mutex
  BusyScope* busy = nullptr;                       // the first of those that live; guarded by mutex
};

ExitState& state() {
  static auto* const kState = new ExitState();
  return *kState;
}

[[noreturn]] void park() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

struct Watch {
  ~Watch() { stop_all_work(); }
};

}  // namespace

void stop_all_work() {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  if (!s.exiting) {
    s.exiting = true;
    s.deadline = std::chrono::steady_clock::now() + kGrace;
    for (const BusyScope* scope = s.busy; scope != nullptr; scope = scope->next_) {
      if (const auto work = scope->work_.lock()) work->interrupt();
    }
  }
  s.idle.wait_until(lock, s.deadline, [&s] { return s.busy == nullptr; });
}

void install_exit_handler() {
  state();
  std::atexit(stop_all_work);  // A full table only means that work in progress is not waited for.
}

void watch_main_thread() {
  state();                        // made while failing is still allowed
  if (!is_main_thread()) return;  // a worker's thread_local objects die with the worker
  static thread_local const Watch kWatch;
  (void)kWatch;
}

BusyScope::BusyScope(std::weak_ptr<Interruptible> work) noexcept : work_(std::move(work)) {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  if (s.exiting) {
    lock.unlock();
    park();
  }
  next_ = s.busy;
  if (next_ != nullptr) next_->previous_ = this;
  s.busy = this;
}

BusyScope::~BusyScope() {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  (previous_ != nullptr ? previous_->next_ : s.busy) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
  const bool last = s.busy == nullptr;
  const bool exiting = s.exiting;
  lock.unlock();
  if (!exiting) return;
  if (last) s.idle.notify_all();
  park();
}

}  // namespace ntrt
