#pragma once
// The GPU that an engine is on.

#include <string>

#include "cuda/context.h"
#include "cuda/devices.h"

namespace ntrt::tensorrt {

struct UsedDevice {
  cuda::DeviceInfo info;
  cuda::ContextPtr context;
};

/// By its index or UUID; "" is the first. Throws Error{kBackendUnavailable} without a driver, Error{kInvalidArgument}
/// with details option, received and devices for one that there is not, and as call() of native/cuda.
UsedDevice use_device(const std::string& wanted);

/// Deletes an object of TensorRT's in the context that it was made in. Never throws.
struct DeleteInContext {
  cuda::ContextPtr context;
  template <typename T>
  void operator()(T* object) const noexcept {
    const cuda::QuietContextScope scope(*context);
    delete object;
  }
};

}  // namespace ntrt::tensorrt
