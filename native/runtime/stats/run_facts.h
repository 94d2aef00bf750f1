#pragma once
// What a request remembers of its run, for those who look at requests one by one. A few words, written in any case:
// whether somebody looks is known on the JavaScript thread only.

#include <cstddef>
#include <cstdint>

#include "runtime/clock.h"

namespace ntrt {

class BatchRun;

struct BatchFacts {
  uint64_t id = 0;  ///< from 1 on for each engine; 0: it ran in none
  size_t rows = 0;
  size_t requests = 0;
  size_t gathered_rows = 0;
  Clock::duration queue{};         ///< its first request waited that long
  const BatchRun* lane = nullptr;  ///< that ran it; null: the calling thread did
};

/// Of a request that was split: the batch and the times of one of its last parts.
struct RunFacts {
  BatchFacts batch;
  size_t rows = 0;
  Clock::duration copy_in{};
  Clock::duration queue{};
  Clock::duration compute{};
  bool in_place = false;        ///< on the calling thread; without a batch: it failed there
  bool tells_of_batch = false;  ///< the first of its batch that goes to its sink
};

}  // namespace ntrt
