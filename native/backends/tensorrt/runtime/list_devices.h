#pragma once
// The GPUs that a plan can be built for, told by the driver: for the command `devices` of a module.

#include "backends/tensorrt/builder/events.h"

namespace ntrt::tensorrt {

/// Tells the event `devices`: driver ("581.15", or "CUDA 13.0" where NVML does not say), devices [{ index, name, uuid,
/// computeCapability }]. Makes no context. Throws Error{kBackendUnavailable} without a driver.
void list_devices(Events& events);

}  // namespace ntrt::tensorrt
