#pragma once
// What the runs of a fake model do, and a record of what they did.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "backends/backend.h"
#include "core/error.h"
#include "test/support/wait.h"

namespace ntrt::testing {

/// Shared by a test and all instances of its model. Any thread. A run first stops at the gate, then does its action.
class FakeScript {
 public:
  using Action = std::function<void(std::span<const TensorView>, std::span<OutputRequest>)>;

  /// For every run from now on.
  void set_action(Action action) {
    const std::lock_guard lock(mutex_);
    action_ = std::move(action);
  }
  /// terminate() is heard by runs at the gate, unless this says no.
  void set_deaf(bool deaf) {
    const std::lock_guard lock(mutex_);
    deaf_ = deaf;
  }

  void close_gate() { set_permits(0); }
  void open_gate() { set_permits(SIZE_MAX); }
  /// Lets that many runs through the closed gate.
  void let_through(size_t count) {
    const std::lock_guard lock(mutex_);
    permits_ += count;
    changed_.notify_all();
  }

  void wait_until_running(size_t count) {
    std::unique_lock lock(mutex_);
    wait_for(changed_, lock, "runs to begin", [&] { return running_ == count; });
  }
  void wait_until_begun(size_t count) {
    std::unique_lock lock(mutex_);
    wait_for(changed_, lock, "runs to begin", [&] { return order_.size() >= count; });
  }

  /// Tags (test/support/requests.h) of the runs, in the order in which they began.
  std::vector<int64_t> order() const {
    const std::lock_guard lock(mutex_);
    return order_;
  }
  size_t max_running() const {
    const std::lock_guard lock(mutex_);
    return max_running_;
  }
  size_t live_instances() const {
    const std::lock_guard lock(mutex_);
    return live_instances_;
  }
  size_t live_models() const {
    const std::lock_guard lock(mutex_);
    return live_models_;
  }
  /// Two runs were in one instance, or a model went before an instance of its own.
  bool contract_broken() const {
    const std::lock_guard lock(mutex_);
    return contract_broken_;
  }

 private:
  friend class FakeInstance;
  friend class FakeModel;

  void set_permits(size_t permits) {
    const std::lock_guard lock(mutex_);
    permits_ = permits;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  Action action_;
  bool deaf_ = false;
  size_t permits_ = SIZE_MAX;
  size_t running_ = 0;
  size_t max_running_ = 0;
  size_t live_instances_ = 0;
  size_t live_models_ = 0;
  bool contract_broken_ = false;
  std::vector<int64_t> order_;
};

}  // namespace ntrt::testing
