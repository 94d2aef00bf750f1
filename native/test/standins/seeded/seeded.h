#pragma once
// What every program here begins with: a context, two streams and some memory of the stand-in driver, which the
// environment names.

#include "cuda/context.h"
#include "cuda/device_memory.h"
#include "cuda/driver.h"
#include "cuda/graph.h"
#include "cuda/memory_pool.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"

namespace ntrt::cuda::testing {

struct Seeded {
  ContextPtr context = PrimaryContext::retain(driver(), {0});
  Stream one = Stream::create(context);
  Stream two = Stream::create(context);
  DeviceMemory memory = DeviceMemory::allocate(context, 4096);
  PinnedMemory pinned = PinnedMemory::allocate(context, 4096);

  unsigned char* bytes() const { return static_cast<unsigned char*>(pinned.get()); }
};

}  // namespace ntrt::cuda::testing
