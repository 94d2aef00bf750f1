#pragma once
// Waiting for other threads in tests. Nothing here measures time; the limit only turns a hang into a failure.

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace ntrt::testing {

inline constexpr std::chrono::seconds kHangLimit{60};

/// Ends the process: threads that hang cannot be joined, and no later test could be trusted.
[[noreturn]] inline void report_hang(const char* what) {
  std::fprintf(stderr, "hang: waited %lld s for %s\n", static_cast<long long>(kHangLimit.count()), what);
  std::abort();
}

template <typename Predicate>
void wait_for(std::condition_variable& changed, std::unique_lock<std::mutex>& lock, const char* what,
              Predicate predicate) {
  if (!changed.wait_for(lock, kHangLimit, predicate)) report_hang(what);
}

/// For states that nobody announces, such as the last reference of a thread that is about to end.
template <typename Predicate>
void wait_until(const char* what, Predicate predicate) {
  const auto limit = std::chrono::steady_clock::now() + kHangLimit;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() > limit) report_hang(what);
    std::this_thread::yield();
  }
}

/// Something that happens once, and everyone may wait for.
class Event {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    is_set_ = true;
    changed_.notify_all();
  }
  bool is_set() const {
    const std::lock_guard lock(mutex_);
    return is_set_;
  }
  void wait(const char* what) {
    std::unique_lock lock(mutex_);
    wait_for(changed_, lock, what, [this] { return is_set_; });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool is_set_ = false;  // guarded by mutex_
};

}  // namespace ntrt::testing
