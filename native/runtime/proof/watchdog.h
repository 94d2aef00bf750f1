#pragma once
// Ends what takes too long.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/clock.h"

namespace ntrt {

/// Calls `act` on a thread of its own unless it dies within `after`. Waits for that thread when it dies.
class Watchdog {
 public:
  Watchdog(Clock::duration after, std::function<void()> act)
      : thread_([this, deadline = Clock::now() + after, act = std::move(act)] {
          std::unique_lock lock(mutex_);
          if (changed_.wait_until(lock, deadline, [this] { return ended_; })) return;
          fired_ = true;
          act();
        }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  bool fired() const {
    const std::lock_guard lock(mutex_);
    return fired_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;  // guarded by mutex_
  bool fired_ = false;  // guarded by mutex_
  std::thread thread_;  // last: it uses the others
};

}  // namespace ntrt
