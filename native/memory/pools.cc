#include "memory/pools.h"

#include <cassert>
#include <new>
#include <utility>

#include "memory/describe_bytes.h"

namespace ntrt {

Pool::Pool(std::string name, std::unique_ptr<MemorySource> source)
    : name_(std::move(name)),
      source_(std::move(source)),
      system_(*source_),
      limit_(system_),
      cache_(limit_),
      janitor_([this] { return cache_.num_allocs(); }, [this] { cache_.trim(); }) {
  limit_.on_threshold([this](size_t bytes) { cache_.release_segments(bytes); });
}

void* Pool::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  const std::shared_ptr<MemoryOwner>& owner = MemoryScope::current_owner() ? MemoryScope::current_owner() : nobody_;
  const MemoryUse use = MemoryScope::current_use();
  if (!owner->try_add(use, bytes)) refuse(bytes, owner, true);
  try {
    return cache_.allocate(bytes, {owner, use});
  } catch (const Error& error) {
    owner->subtract(use, bytes);
    if (error.code() != Code::kOutOfMemory) throw;
  } catch (const std::bad_alloc&) {  // the pool's own bookkeeping found no memory
    owner->subtract(use, bytes);
  }
  refuse(bytes, owner, false);
}

void Pool::refuse(size_t bytes, const std::shared_ptr<MemoryOwner>& owner, bool is_owners_limit) {
  ++num_ooms_;
  try {
    throw explain(bytes, owner, is_owners_limit);
  } catch (const std::bad_alloc&) {
    throw Error(Error::out_of_memory());
  }
}

Error Pool::explain(size_t bytes, const std::shared_ptr<MemoryOwner>& owner, bool is_owners_limit) {
  cache_.record(MemoryAction::kOom, bytes, {owner, MemoryScope::current_use()});
  const PoolStats now = stats();
  const size_t limit = is_owners_limit ? owner->limit() : limit_.limit();
  const uint64_t held = is_owners_limit ? owner->total().current : now.active.current;
  std::string text = "cannot allocate " + describe_bytes(bytes) + " of " + name_ + " memory";
  std::vector<Detail> details = {{"kind", name_},
                                 {"requestedBytes", static_cast<double>(bytes)},
                                 {"activeBytes", static_cast<double>(now.active.current)},
                                 {"reservedBytes", static_cast<double>(now.reserved.current)}};
  if (owner != nobody_) {
    details.push_back({"engine", owner->name()});
    details.push_back({"engineBytes", static_cast<double>(owner->total().current)});
  }
  if (is_owners_limit) {
    text += ": engine '" + owner->name() + "' holds " + describe_bytes(held) + " of its memoryLimitBytes, " +
            describe_bytes(limit);
    details.push_back({"limitedBy", std::string("engine")});
  } else if (limit != LimitAdaptor::kNoLimit) {
    text += ": " + describe_bytes(held) + " are in use, and the pool's limit is " + describe_bytes(limit);
    details.push_back({"limitedBy", std::string("pool")});
  } else {
    text += ": the system has no more, with " + describe_bytes(held) + " in use by this process's pool";
    details.push_back({"limitedBy", std::string("system")});
  }
  if (limit != LimitAdaptor::kNoLimit) details.push_back({"limitBytes", static_cast<double>(limit)});
  text += ". What helps: a smaller batching.maxSize, an fp16 or INT8 model, fewer instances, or closing other engines";
  return Error(Code::kOutOfMemory, std::move(text), std::move(details));
}

void Pool::deallocate(void* block, [[maybe_unused]] size_t bytes) noexcept {
  assert(cache_.size_of(block) == (block == nullptr ? 0 : bytes));
  deallocate_unsized(block);
}

void Pool::deallocate_unsized(void* block) noexcept {
  const auto freed = cache_.deallocate(block);
  assert(block == nullptr || freed);
  if (freed) freed->tag.owner->subtract(freed->tag.use, freed->bytes);
}

PoolStats Pool::stats() const noexcept {
  PoolStats stats = cache_.stats();
  stats.reserved = system_.bytes();
  stats.num_system_allocs = system_.num_allocs();
  stats.num_ooms = num_ooms_;
  return stats;
}

void Pool::reset_peak() noexcept {
  system_.reset_peak();
  cache_.reset_peak();
}

void Pool::set_limit(size_t bytes) {
  limit_.set_limit(bytes);
  if (system_.bytes().current > bytes) janitor_.trim_now();
}

void Pool::set_policy(const Policy& policy) {
  limit_.set_threshold(policy.gc_threshold);
  source_->use_huge_pages(policy.huge_pages);
  cache_.note_huge_pages(policy.huge_pages);
  janitor_.trim_when_idle(policy.trim_idle);
}

Pool::Policy Pool::policy() const {
  return {std::chrono::duration_cast<std::chrono::milliseconds>(janitor_.idle()), limit_.threshold(),
          cache_.notes_huge_pages()};
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
