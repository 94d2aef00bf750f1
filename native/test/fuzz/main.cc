// The entry of libFuzzer, for the target that NODE_TENSORRT_FUZZ_TARGET names.

#include "test/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ntrt::fuzz::NODE_TENSORRT_FUZZ_TARGET({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
