#pragma once
// The named memory pools of the process. There is one set for all JavaScript environments.

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "memory/caching_pool.h"
#include "memory/host_source.h"
#include "memory/janitor.h"
#include "memory/limit_adaptor.h"
#include "memory/owner.h"
#include "memory/source.h"
#include "memory/statistics.h"

namespace ntrt {

/// A source with a cache, a limit and counters around it, and with accounts of those who use it. Owns the chain and its
/// segments. Any thread. The process-wide pools never die; another pool must outlive its blocks.
class Pool {
 public:
  Pool(std::string name, std::unique_ptr<MemorySource> source);

  const std::string& name() const noexcept { return name_; }

  /// A block of at least `bytes`, aligned to 64, contents undefined, on the account of this thread's MemoryScope;
  /// nullptr for 0 bytes. Throws Error{kOutOfMemory} that says how much of what is used, by whom it is limited, and
  /// what helps.
  void* allocate(size_t bytes);
  /// `bytes` as given to allocate(). A block that is freed twice or is not ours stops a debug build and is left
  /// alone by a release build.
  void deallocate(void* block, size_t bytes) noexcept;
  /// The same for callers that do not know the size.
  void deallocate_unsized(void* block) noexcept;

  /// Gives everything cached back to the system; returns the bytes. May take milliseconds.
  size_t empty_cache() noexcept { return cache_.trim(); }

  PoolStats stats() const noexcept;
  /// Sets every peak to its current value, but for those of the owners, which all pools share.
  void reset_peak() noexcept;

  /// Of what is taken from the system; LimitAdaptor::kNoLimit: none. What is cached beyond it goes back soon.
  void set_limit(size_t bytes);
  size_t limit() const noexcept { return limit_.limit(); }

  struct Policy {
    std::chrono::milliseconds trim_idle{};  ///< 0: never
    double gc_threshold = 0;                ///< a fraction of the limit; 0: never
    bool huge_pages = false;
  };
  void set_policy(const Policy& policy);
  Policy policy() const;

  /// For tests: the `count`-th allocation from now on fails, as if the system had no more; 0: none does.
  void fail_allocation(uint64_t count) noexcept { fault_in_ = count; }
  /// Whether one that was to fail is still to come.
  uint64_t fault_in() const noexcept { return fault_in_; }

  PoolSnapshot snapshot() const { return cache_.snapshot(); }
  /// The last `max_events`; 0: no more.
  void record_history(size_t max_events) { cache_.record_history(max_events); }

 private:
  [[noreturn]] void refuse(size_t bytes, const std::shared_ptr<MemoryOwner>& owner, bool is_owners_limit);
  bool is_fault() noexcept;
  Error explain(size_t bytes, const std::shared_ptr<MemoryOwner>& owner, bool is_owners_limit);

  std::string name_;
  const std::shared_ptr<MemoryOwner> nobody_ = std::make_shared<MemoryOwner>("");  ///< who has no name
  std::unique_ptr<MemorySource> source_;
  StatisticsAdaptor system_;  // counts reserved
  LimitAdaptor limit_;
  CachingPool cache_;
  std::atomic<uint64_t> num_ooms_{0};
  std::atomic<uint64_t> fault_in_{0};
  Janitor janitor_;  // last: its thread uses what is above
};

/// Ordinary memory, for staging buffers, ONNX Runtime's weights and activations, and tensors of users.
Pool& host_pool();

/// Public names, in a fixed order: "host".
std::vector<std::string> pool_names();

/// Throws Error{kInvalidArgument} with details option, expected and received for an unknown name.
Pool& pool(std::string_view name);

}  // namespace ntrt
