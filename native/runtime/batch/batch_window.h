#pragma once
// How long a batch should wait for company so that latency stays within a target.

#include <cstddef>
#include <functional>
#include <optional>

#include "runtime/clock.h"

namespace ntrt {

/// The window that makes rows cheapest while a request that comes at the worst moment (a batch has just begun, and its
/// own waits in full) still ends within nine tenths of `target`. 0 when waiting brings no company or no gain.
///
/// `rows_per_second` arrive; `run_time(n)` is that of a batch of n rows, nothing if it is not known yet.
Clock::duration choose_batch_window(Clock::duration target, double rows_per_second, size_t max_size,
                                    const std::function<std::optional<Clock::duration>(size_t)>& run_time);

}  // namespace ntrt
