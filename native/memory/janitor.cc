#include "memory/janitor.h"

namespace ntrt {

Janitor::~Janitor() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Janitor::trim_when_idle(Clock::duration idle) {
  const std::lock_guard lock(mutex_);
  idle_ = idle;
  if (idle_ != Clock::duration::zero() || thread_.joinable()) wake();
}

Janitor::Clock::duration Janitor::idle() const {
  const std::lock_guard lock(mutex_);
  return idle_;
}

void Janitor::trim_now() {
  const std::lock_guard lock(mutex_);
  asked_ = true;
  wake();
}

/// With mutex_ held.
void Janitor::wake() {
  if (!thread_.joinable()) thread_ = std::thread([this] { loop(); });
  changed_.notify_one();
}

void Janitor::loop() {
  std::unique_lock lock(mutex_);
  uint64_t seen = uses_();
  bool is_trimmed = false;
  while (!ending_) {
    if (asked_) {
      asked_ = false;
      lock.unlock();
      trim_();
      lock.lock();
      continue;
    }
    if (idle_ == Clock::duration::zero()) {
      changed_.wait(lock);
      continue;
    }
    // Woken early, by a change of settings or for no reason, it waits anew.
    if (changed_.wait_for(lock, idle_) == std::cv_status::no_timeout) continue;
    const uint64_t uses = uses_();
    if (uses != seen) {
      seen = uses;
      is_trimmed = false;
    } else if (!is_trimmed) {
      is_trimmed = true;
      lock.unlock();
      trim_();
      lock.lock();
    }
  }
}

}  // namespace ntrt
