#pragma once
// A pool's snapshot as JSON, in the words of `lib/memory/snapshot.ts`.

#include <string>

#include "memory/pools.h"

namespace ntrt {

std::string snapshot_json(const Pool& pool);

}  // namespace ntrt
