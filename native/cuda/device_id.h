#pragma once

namespace ntrt::cuda {

/// The driver's index of a device, after CUDA_VISIBLE_DEVICES.
struct DeviceId {
  int index = 0;
  bool operator==(const DeviceId&) const = default;
};

}  // namespace ntrt::cuda
