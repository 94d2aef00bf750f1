#include "cuda/devices.h"

#include <array>
#include <cstdio>

#include "cuda/cuda_error.h"

namespace ntrt::cuda {
namespace {

int attribute(const Driver& driver, CUdevice device, CUdevice_attribute which) {
  int value = 0;
  call(driver, driver.device_get_attribute, &value, which, device);
  return value;
}

/// As NVML and nvidia-smi write it.
std::string format_uuid(const CUuuid& uuid, bool is_mig) {
  std::string text = is_mig ? "MIG-" : "GPU-";
  for (size_t i = 0; i < sizeof(uuid.bytes); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(uuid.bytes[i])));
    text += hex.data();
  }
  return text;
}

/// Whether a device is a part of one. The driver gives the part's UUID, but says what it is only by the name, which it
/// ends with the profile: "NVIDIA A100 MIG 1g.5gb". NVML knows parts by their UUIDs.
bool is_part(const std::string& name, const CUuuid& uuid, const Nvml* nvml) {
  if (name.find(" MIG ") != std::string::npos) return true;
  nvmlDevice_t handle = nullptr;
  return nvml != nullptr &&
         nvml->device_get_handle_by_uuid.call(format_uuid(uuid, true).c_str(), &handle) == NVML_SUCCESS;
}

/// NVML's handle of the device, or of the part of one that a MIG device is.
std::optional<nvmlDevice_t> find_handle(const Nvml& nvml, const DeviceInfo& info) {
  nvmlDevice_t handle = nullptr;
  if (nvml.device_get_handle_by_uuid.call(info.uuid.c_str(), &handle) == NVML_SUCCESS) return handle;
  if (info.is_mig) return std::nullopt;  // the whole device's numbers would be wrong
  if (nvml.device_get_handle_by_pci_bus_id.call(info.pci_bus_id.c_str(), &handle) == NVML_SUCCESS) return handle;
  return std::nullopt;
}

/// Everything here may be missing, on parts of devices above all.
void add_nvml(const Nvml& nvml, DeviceInfo& info) {
  info.driver_version = nvml.driver_version();
  const std::optional<nvmlDevice_t> handle = find_handle(nvml, info);
  if (!handle) return;
  nvmlMemory_t memory{};
  if (nvml.device_get_memory_info.call(*handle, &memory) == NVML_SUCCESS) info.free_bytes = memory.free;
  nvmlTemperature_t temperature{};
  temperature.version = nvmlTemperature_v1;
  temperature.sensorType = NVML_TEMPERATURE_GPU;
  if (const auto get = nvml.device_get_temperature.call; get != nullptr && get(*handle, &temperature) == NVML_SUCCESS) {
    info.temperature_celsius = temperature.temperature;
  }
  nvmlUtilization_t utilization{};
  if (const auto get = nvml.device_get_utilization_rates.call;
      get != nullptr && get(*handle, &utilization) == NVML_SUCCESS) {
    info.utilization_percent = utilization.gpu;
  }
  nvmlFieldValue_t field{};
  field.fieldId = NVML_FI_DEV_GET_GPU_RECOVERY_ACTION;
  if (const auto get = nvml.device_get_field_values.call;
      get != nullptr && get(*handle, 1, &field) == NVML_SUCCESS && field.nvmlReturn == NVML_SUCCESS) {
    info.recovery_action = field.value.uiVal;
  }
}

DeviceInfo describe(const Driver& driver, const Nvml* nvml, int index) {
  DeviceInfo info;
  info.id = {index};
  CUdevice device = 0;
  call(driver, driver.device_get, &device, index);
  std::array<char, 256> text{};
  call(driver, driver.device_get_name, text.data(), static_cast<int>(text.size()), device);
  info.name = text.data();
  call(driver, driver.device_get_pci_bus_id, text.data(), static_cast<int>(text.size()), device);
  info.pci_bus_id = text.data();
  size_t bytes = 0;
  call(driver, driver.device_total_mem, &bytes, device);
  info.total_bytes = bytes;
  info.compute_major = attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  info.compute_minor = attribute(driver, device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  info.has_memory_pools = attribute(driver, device, CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED) != 0;
  CUuuid uuid{};
  call(driver, driver.device_get_uuid, &uuid, device);
  info.is_mig = is_part(info.name, uuid, nvml);
  info.uuid = format_uuid(uuid, info.is_mig);
  if (nvml != nullptr) add_nvml(*nvml, info);
  return info;
}

}  // namespace

std::vector<DeviceInfo> devices(const Driver& driver, const Nvml* nvml) {
  int count = 0;
  call(driver, driver.device_get_count, &count);
  std::vector<DeviceInfo> result;
  for (int i = 0; i < count; ++i) result.push_back(describe(driver, nvml, i));
  return result;
}

}  // namespace ntrt::cuda
