#include "runtime/process_exit.h"

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/thread.h"

namespace ntrt {
namespace {

constexpr std::chrono::milliseconds kGrace{500};

struct ExitState {
  std::mutex mutex;
  std::condition_variable idle;
  bool exiting = false;                             // guarded by mutex
  std::chrono::steady_clock::time_point deadline;   // of the wait, once exiting; guarded by mutex
  size_t num_busy = 0;                              // guarded by mutex
  std::vector<std::weak_ptr<Interruptible>> slots;  // guarded by mutex; an empty one is free
  std::vector<size_t> free_slots;                   // guarded by mutex
};

ExitState& state() {
  static auto* const kState = new ExitState();
  return *kState;
}

[[noreturn]] void park() {
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

void stop_work() {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  if (!s.exiting) {
    s.exiting = true;
    s.deadline = std::chrono::steady_clock::now() + kGrace;
    for (const auto& slot : s.slots) {
      if (const auto work = slot.lock()) work->interrupt();
    }
  }
  s.idle.wait_until(lock, s.deadline, [&s] { return s.num_busy == 0; });
}

struct Watch {
  ~Watch() { stop_work(); }
};

}  // namespace

void install_exit_handler() {
  state();
  std::atexit(stop_work);  // A full table only means that work in progress is not waited for.
}

void watch_main_thread() {
  if (!is_main_thread()) return;  // a worker's thread_local objects die with the worker
  static thread_local const Watch kWatch;
  (void)kWatch;
}

BusyScope::BusyScope(std::weak_ptr<Interruptible> work) : slot_(0) {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  if (s.exiting) {
    lock.unlock();
    park();
  }
  ++s.num_busy;
  if (s.free_slots.empty()) {
    slot_ = s.slots.size();
    s.slots.push_back(std::move(work));
  } else {
    slot_ = s.free_slots.back();
    s.free_slots.pop_back();
    s.slots[slot_] = std::move(work);
  }
}

BusyScope::~BusyScope() {
  ExitState& s = state();
  std::unique_lock lock(s.mutex);
  s.slots[slot_].reset();
  s.free_slots.push_back(slot_);
  const bool last = --s.num_busy == 0;
  const bool exiting = s.exiting;
  lock.unlock();
  if (!exiting) return;
  if (last) s.idle.notify_all();
  park();
}

}  // namespace ntrt
