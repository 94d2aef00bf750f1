#pragma once
// The devices that this process may use, and what is known about them.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cuda/device_id.h"
#include "cuda/driver.h"
#include "cuda/nvml.h"

namespace ntrt::cuda {

/// What only NVML knows is empty without it.
struct DeviceInfo {
  DeviceId id;
  /// "GPU-xxxxxxxx-…", or "MIG-…" for a part of a device.
  std::string uuid;
  std::string name;
  std::string pci_bus_id;
  int compute_major = 0;
  int compute_minor = 0;
  uint64_t total_bytes = 0;
  /// Of the whole device, by NVML; asking the driver would need a context, which takes memory itself.
  std::optional<uint64_t> free_bytes;
  /// Whether this is a part of a device that is divided (Multi-Instance GPU).
  bool is_mig = false;
  bool has_memory_pools = false;
  /// "581.15"
  std::string driver_version;
  std::optional<int> temperature_celsius;
  std::optional<unsigned> utilization_percent;
  /// What NVML says must be done before the device is used again: 0 nothing, else NVML_GPU_RECOVERY_ACTION_…
  std::optional<unsigned> recovery_action;
};

/// In the driver's order. Throws as call(). `nvml` may be null. Makes no context. Not for the JavaScript thread.
std::vector<DeviceInfo> devices(const Driver& driver, const Nvml* nvml);

}  // namespace ntrt::cuda
