#include "test/standins/cuda/pool.h"

#include <algorithm>

namespace standin {
namespace {

/// Takes up to `wanted` from the free memory that `is_usable`; returns what is still wanted.
template <typename Usable>
uint64_t take_free(Pool& pool, uint64_t wanted, Usable is_usable) {
  for (auto it = pool.free.begin(); it != pool.free.end() && wanted > 0;) {
    if (!is_usable(*it)) {
      ++it;
      continue;
    }
    const uint64_t taken = std::min(wanted, it->bytes);
    it->bytes -= taken;
    wanted -= taken;
    it = it->bytes == 0 ? pool.free.erase(it) : std::next(it);
  }
  return wanted;
}

bool grow(State& state, Pool& pool, uint64_t bytes) {
  const uint64_t more = round_up(bytes, kPoolUnit);
  if (free_bytes(state, *pool.device) < more) return false;
  pool.device->used += more;
  pool.reserved += more;
  pool.peak_reserved = std::max(pool.peak_reserved, pool.reserved);
  if (more > bytes) pool.free.push_back({more - bytes, nullptr, 0});
  return true;
}

}  // namespace

uint64_t pool_bytes(size_t bytes) { return round_up(bytes, 512); }

uint64_t free_bytes(const State& state, const Device& device) {
  const uint64_t total = state.settings.devices[static_cast<size_t>(device.index)].memory_bytes;
  return total - std::min(total, device.used);
}

bool take(State& state, Pool& pool, uint64_t bytes, const VectorClock& clock, std::vector<CompletionPtr>& after) {
  const auto is_ordered = [&](const FreedMemory& memory) {
    if (!memory.freed) return true;
    return pool.reuse[0] != 0 && clock.covers(memory.freed->lane, memory.tick);
  };
  const auto is_over = [&](const FreedMemory& memory) {
    return pool.reuse[1] != 0 && (!memory.freed || memory.freed->is_done);
  };
  const std::deque<FreedMemory> before = pool.free;
  uint64_t wanted = take_free(pool, bytes, is_ordered);
  wanted = take_free(pool, wanted, is_over);
  if (wanted > 0 && !grow(state, pool, wanted)) {
    // The last resort: to wait, on the device, for what other streams free.
    if (pool.reuse[2] != 0) {
      wanted = take_free(pool, wanted, [&](const FreedMemory& memory) {
        after.push_back(memory.freed);
        return true;
      });
    }
    if (wanted > 0 && !grow(state, pool, wanted)) {
      pool.free = before;
      return false;
    }
  }
  pool.used += bytes;
  pool.peak_used = std::max(pool.peak_used, pool.used);
  return true;
}

void give_back(Pool& pool, uint64_t bytes, const CompletionPtr& freed, uint64_t tick) {
  pool.used -= bytes;
  pool.free.push_back({bytes, freed, tick});
}

void trim(Pool& pool, uint64_t keep) {
  // Whole units only, as the driver does; blocks in use are taken to lie close together.
  uint64_t unused = 0;
  for (const FreedMemory& memory : pool.free) unused += !memory.freed || memory.freed->is_done ? memory.bytes : 0;
  const uint64_t excess = pool.reserved - std::min(pool.reserved, keep);
  const uint64_t released = std::min(unused, excess) / kPoolUnit * kPoolUnit;
  take_free(pool, released, [](const FreedMemory& memory) { return !memory.freed || memory.freed->is_done; });
  pool.reserved -= released;
  pool.device->used -= released;
}

void release_above_thresholds(State& state) {
  for (const auto& [handle, pool] : state.pools.all()) {
    if (pool->reserved > pool->threshold) trim(*pool, pool->threshold);
  }
  for (const PoolPtr& pool : state.dying_pools) trim(*pool, 0);
  std::erase_if(state.dying_pools, [](const PoolPtr& pool) { return pool->reserved == 0; });
}

}  // namespace standin
