#pragma once
// What these programs print must come from NVIDIA's code alone.

namespace ntrt::nvidia {

/// Throws std::runtime_error where a stand-in for the driver is preloaded or is what the loader finds as libcuda.so.1.
/// Every stand-in of ours exports `node_tensorrt_standin`.
void refuse_standins();

}  // namespace ntrt::nvidia
