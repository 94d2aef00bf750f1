#pragma once
// The way from native threads into one JavaScript environment, and its closing.
//
// Three rules, each with the crash that taught it (measured on Node 20, 24 and 26):
// 1. A native thread wakes JavaScript only while it holds the gate and the gate is open. Without the lock, Node 20
//    aborts in napi_call_threadsafe_function when a worker ends at that moment (nodejs/node#55706).
// 2. The cleanup hook that closes the gate is added after the thread-safe function was created: hooks run in
//    reverse order, so the gate is closed before Node tears the function down.
// 3. Memory of V8's is written by a native thread only under the gate: an environment frees it when it ends.

#include <node_api.h>

#include <cstddef>
#include <mutex>
#include <utility>

namespace ntrt::binding {

class Gate {
 public:
  explicit Gate(napi_threadsafe_function wake) : wake_(wake) {}

  /// Schedules the environment's drain; does nothing once it is closed. Any thread.
  void wake() {
    std::lock_guard lock(mutex_);
    if (!closed_) napi_call_threadsafe_function(wake_, nullptr, napi_tsfn_nonblocking);
  }

  /// Runs `body` while the environment cannot end, or returns false because it has. `body` must be short: the
  /// environment's end waits for it.
  template <typename F>
  bool with_open(F&& body) {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    std::forward<F>(body)();
    return true;
  }

  /// JavaScript thread, from the cleanup hook.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }

 private:
  std::mutex mutex_;
  napi_threadsafe_function wake_;
  bool closed_ = false;  // guarded by mutex_
};

}  // namespace ntrt::binding
