#include "memory/pools.h"

#include <cassert>
#include <new>
#include <utility>

#include "core/error.h"
#include "memory/host_source.h"

namespace ntrt {

Pool::Pool(std::string name, std::unique_ptr<MemorySource> source)
    : name_(std::move(name)),
      source_(std::move(source)),
      system_(*source_),
      cache_(system_),
      header_(cache_),
      users_(header_) {}

void* Pool::allocate(size_t bytes) {
  try {
    return users_.allocate(bytes);
  } catch (const Error& error) {
    if (error.code() != Code::kOutOfMemory) throw;
    throw_out_of_memory(name_, bytes);
  } catch (const std::bad_alloc&) {
    throw_out_of_memory(name_, bytes);  // the pool's own bookkeeping found no memory
  }
}

void Pool::deallocate(void* block, [[maybe_unused]] size_t bytes) noexcept {
  assert(HeaderAdaptor::size_of(block) == (block == nullptr ? 0 : bytes));
  deallocate_unsized(block);
}

void Pool::deallocate_unsized(void* block) noexcept {
  const size_t bytes = HeaderAdaptor::size_of(block);
  assert(block == nullptr || bytes != 0);
  if (bytes != 0) users_.deallocate(block, bytes);
}

PoolStats Pool::stats() const noexcept {
  PoolStats stats;
  stats.allocated = users_.bytes();
  stats.reserved = system_.bytes();
  stats.active = cache_.active();
  stats.num_ooms = users_.num_failures();
  stats.num_retries = cache_.num_retries();
  stats.num_system_allocs = system_.num_allocs();
  return stats;
}

void Pool::reset_peak() noexcept {
  users_.reset_peak();
  system_.reset_peak();
  cache_.reset_peak();
}

// Never destroyed: native threads may still use the pool while static destructors run at exit.
Pool& host_pool() {
  static Pool& pool = *new Pool("host", std::make_unique<HostSource>());
  return pool;
}

std::vector<std::string> pool_names() { return {host_pool().name()}; }

Pool& pool(std::string_view name) {
  if (name == host_pool().name()) return host_pool();
  throw Error(Code::kInvalidArgument, "pool must be 'host', got '" + std::string(name) + "'",
              {{"option", "pool"}, {"expected", "one of: host"}, {"received", std::string(name)}});
}

}  // namespace ntrt
