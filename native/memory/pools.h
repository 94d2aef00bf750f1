#pragma once
// The named memory pools of the process. There is one set for all JavaScript environments.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "memory/caching_pool.h"
#include "memory/header_adaptor.h"
#include "memory/source.h"
#include "memory/statistics.h"

namespace ntrt {

struct PoolStats {
  ByteStats allocated;             // what users asked for
  ByteStats reserved;              // taken from the system; reserved - active is cached
  ByteStats active;                // blocks in users' hands, rounding and header included
  uint64_t num_ooms = 0;           // allocations that failed for good
  uint64_t num_retries = 0;        // allocations tried again after the cache was emptied
  uint64_t num_system_allocs = 0;  // blocks taken from the system
};

/// A source with cache, sizes and statistics around it. Owns the chain and its cached blocks. Any thread.
/// The process-wide pools never die; another pool must outlive its blocks.
class Pool {
 public:
  Pool(std::string name, std::unique_ptr<MemorySource> source);

  const std::string& name() const noexcept { return name_; }

  /// As MemorySource::allocate; an Error{kOutOfMemory} carries this pool's name and the caller's own size.
  void* allocate(size_t bytes);
  /// `bytes` as given to allocate(). A block that is freed twice or is not ours stops a debug build and is left
  /// alone by a release build.
  void deallocate(void* block, size_t bytes) noexcept;
  /// The same for callers that do not know the size.
  void deallocate_unsized(void* block) noexcept;

  /// Gives everything cached back to the system; returns the bytes. May take milliseconds.
  size_t empty_cache() noexcept { return users_.trim(); }

  PoolStats stats() const noexcept;
  /// Sets every peak to its current value.
  void reset_peak() noexcept;

 private:
  std::string name_;
  std::unique_ptr<MemorySource> source_;
  StatisticsAdaptor system_;  // counts reserved
  CachingPool cache_;         // counts active
  HeaderAdaptor header_;
  StatisticsAdaptor users_;  // counts allocated
};

/// Ordinary memory, for staging buffers and ONNX Runtime's activations.
Pool& host_pool();

/// Public names, in a fixed order: "host".
std::vector<std::string> pool_names();

/// Throws Error{kInvalidArgument} with details option, expected and received for an unknown name.
Pool& pool(std::string_view name);

}  // namespace ntrt
