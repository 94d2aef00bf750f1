#pragma once
// Work on a pool that nobody should wait for.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace ntrt {

/// A thread that trims a pool which has not been used for a while, and when it is asked to. Starts when there is
/// something to wait for. Dies after its pool's last use; its functions are called on its thread.
class Janitor {
 public:
  using Clock = std::chrono::steady_clock;

  /// `uses`: a number that changes whenever the pool is used.
  Janitor(std::function<uint64_t()> uses, std::function<void()> trim)
      : uses_(std::move(uses)), trim_(std::move(trim)) {}
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;
  ~Janitor();

  /// Trims when the pool has not been used for so long, once until it is used again; 0: not. Throws
  /// std::system_error if no thread can be had.
  void trim_when_idle(Clock::duration idle);
  Clock::duration idle() const;

  /// Trims soon.
  void trim_now();

 private:
  void wake();
  void loop();

  const std::function<uint64_t()> uses_;
  const std::function<void()> trim_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Clock::duration idle_{};  // guarded by mutex_, as are all below
  bool asked_ = false;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace ntrt
