#pragma once
// Stream-ordered pools, by bytes: which memory may be used again when, and what goes back to the device. Where blocks
// lie in a pool is not modelled, so that it never fragments. Under the state's lock.

#include "test/standins/cuda/state.h"

namespace standin {

/// What the driver takes from the device at a time.
inline constexpr uint64_t kPoolUnit = uint64_t{2} << 20;

/// Takes `bytes` for an operation with this clock, from what is free for it or else from the device. False if there is
/// not enough; `after` gets what must be waited for.
bool take(State& state, Pool& pool, uint64_t bytes, const VectorClock& clock, std::vector<CompletionPtr>& after);
/// `bytes` are free for operations behind `freed`, which is the tick-th of its lane.
void give_back(Pool& pool, uint64_t bytes, const CompletionPtr& freed, uint64_t tick);
/// Gives what nobody waits for back to the device, down to `keep`.
void trim(Pool& pool, uint64_t keep);
/// At each synchronisation.
void release_above_thresholds(State& state);
/// What blocks are accounted for with.
uint64_t pool_bytes(size_t bytes);
/// What a device has left.
uint64_t free_bytes(const State& state, const Device& device);

}  // namespace standin
