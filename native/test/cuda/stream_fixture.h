#pragma once
// A stream with a block of device memory and one of pinned memory, as most tests of the stand-in want.

#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"
#include "test/cuda/standin_driver.h"

namespace ntrt::cuda::testing {

class StreamFixture : public CudaTest {
 protected:
  void TearDown() override {
    stream.reset();
    memory.reset();
    pinned.reset();
    CudaTest::TearDown();
  }

  Stream stream = Stream::create(context);
  DeviceMemory memory = DeviceMemory::allocate(context, 4096);
  PinnedMemory pinned = PinnedMemory::allocate(context, 4096);
  unsigned char* bytes = static_cast<unsigned char*>(pinned.get());
};

}  // namespace ntrt::cuda::testing
