#pragma once
// NVIDIA's builder may wait for ever for a thread of its own that found no memory (seen with TensorRT-RTX 1.7).

#include <cstdint>

namespace ntrt::builder {

/// From now on calls `stuck` once, on a thread of its own, with the bytes that are left of the limit, when this process
/// has not computed anything for some seconds and is near its limit. Throws std::system_error where there can be no
/// thread for it.
void watch_memory(uint64_t limit, void (*stuck)(uint64_t left));

}  // namespace ntrt::builder
