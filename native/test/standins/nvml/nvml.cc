// A stand-in for NVML: the devices of the settings, all of them whatever CUDA_VISIBLE_DEVICES says. How much memory is
// in use it asks the stand-in driver if that is loaded, and knows of no other process.
#pragma GCC visibility push(default)
#include <nvml.h>
#pragma GCC visibility pop

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <string>

#include "test/standins/settings.h"

using standin::DeviceSettings;
using standin::Settings;

namespace {

std::mutex mutex;
int num_inits = 0;

/// Read anew each time, so that a test may change what is reported.
Settings current() { return standin::read_settings(); }

bool is_initialized() {
  const std::lock_guard lock(mutex);
  return num_inits > 0;
}

nvmlDevice_t to_handle(size_t index) { return reinterpret_cast<nvmlDevice_t>(0x60'0000'0000 + 16 * index); }

/// Calls `use(settings, index)` for the device of a handle.
template <typename Use>
nvmlReturn_t with(nvmlDevice_t handle, Use use) {
  if (!is_initialized()) return NVML_ERROR_UNINITIALIZED;
  const Settings settings = current();
  for (size_t i = 0; i < settings.devices.size(); ++i) {
    if (handle == to_handle(i)) return use(settings.devices[i], i);
  }
  return NVML_ERROR_INVALID_ARGUMENT;
}

/// The device for which `is_it(settings, index)` is true.
template <typename IsIt>
nvmlReturn_t find(nvmlDevice_t* handle, IsIt is_it) {
  if (!is_initialized()) return NVML_ERROR_UNINITIALIZED;
  const Settings settings = current();
  for (size_t i = 0; i < settings.devices.size(); ++i) {
    if (!is_it(settings.devices[i], i)) continue;
    *handle = to_handle(i);
    return NVML_SUCCESS;
  }
  return NVML_ERROR_NOT_FOUND;
}

nvmlReturn_t copy_text(const std::string& text, char* to, unsigned length) {
  if (text.size() >= length) return NVML_ERROR_INSUFFICIENT_SIZE;
  std::memcpy(to, text.c_str(), text.size() + 1);
  return NVML_SUCCESS;
}

uint64_t used_bytes(size_t index) {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD);
  if (driver == nullptr) return 0;
  auto* const ask = reinterpret_cast<uint64_t (*)(int)>(dlsym(driver, "standin_used_bytes"));
  const uint64_t used = ask == nullptr ? 0 : ask(static_cast<int>(index));
  dlclose(driver);
  return used;
}

}  // namespace

nvmlReturn_t nvmlInit_v2() {
  if (current().devices.empty()) return NVML_ERROR_DRIVER_NOT_LOADED;
  const std::lock_guard lock(mutex);
  ++num_inits;
  return NVML_SUCCESS;
}

nvmlReturn_t nvmlShutdown() {
  const std::lock_guard lock(mutex);
  if (num_inits == 0) return NVML_ERROR_UNINITIALIZED;
  --num_inits;
  return NVML_SUCCESS;
}

const char* nvmlErrorString(nvmlReturn_t result) {
  switch (result) {
    case NVML_SUCCESS:
      return "success (stand-in)";
    case NVML_ERROR_UNINITIALIZED:
      return "not initialised (stand-in)";
    case NVML_ERROR_INVALID_ARGUMENT:
      return "invalid argument (stand-in)";
    case NVML_ERROR_NOT_SUPPORTED:
      return "not supported (stand-in)";
    case NVML_ERROR_NOT_FOUND:
      return "not found (stand-in)";
    case NVML_ERROR_DRIVER_NOT_LOADED:
      return "driver not loaded (stand-in)";
    default:
      return "another error (stand-in)";
  }
}

nvmlReturn_t nvmlSystemGetDriverVersion(char* version, unsigned length) {
  return is_initialized() ? copy_text(current().driver_text, version, length) : NVML_ERROR_UNINITIALIZED;
}

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned* count) {
  if (!is_initialized()) return NVML_ERROR_UNINITIALIZED;
  *count = static_cast<unsigned>(current().devices.size());
  return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned index, nvmlDevice_t* device) {
  const nvmlReturn_t result = find(device, [&](const DeviceSettings&, size_t i) { return i == index; });
  return result == NVML_ERROR_NOT_FOUND ? NVML_ERROR_INVALID_ARGUMENT : result;
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char* uuid, nvmlDevice_t* device) {
  return find(device, [&](const DeviceSettings& settings, size_t) { return settings.uuid_text() == uuid; });
}

nvmlReturn_t nvmlDeviceGetHandleByPciBusId_v2(const char* id, nvmlDevice_t* device) {
  return find(device, [&](const DeviceSettings& settings, size_t i) {
    const std::string own = settings.pci_bus_id(static_cast<int>(i));
    return own == id || "0000" + own == id;  // NVML itself writes eight digits of the domain
  });
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t device, char* name, unsigned length) {
  return with(device, [&](const DeviceSettings& settings, size_t) { return copy_text(settings.name, name, length); });
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t device, char* uuid, unsigned length) {
  return with(device,
              [&](const DeviceSettings& settings, size_t) { return copy_text(settings.uuid_text(), uuid, length); });
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t device, nvmlMemory_t* memory) {
  return with(device, [&](const DeviceSettings& settings, size_t index) {
    memory->total = settings.memory_bytes;
    memory->used = std::min<uint64_t>(used_bytes(index), settings.memory_bytes);
    memory->free = memory->total - memory->used;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t device, unsigned* now, unsigned* pending) {
  return with(device, [&](const DeviceSettings& settings, size_t) {
    *now = *pending = settings.is_mig ? NVML_DEVICE_MIG_ENABLE : NVML_DEVICE_MIG_DISABLE;
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t device, nvmlUtilization_t* utilization) {
  return with(device, [&](const DeviceSettings& settings, size_t) {
    // What the real library says of a part of a device.
    if (settings.is_mig) return NVML_ERROR_NOT_SUPPORTED;
    *utilization = {settings.utilization, settings.utilization};
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t device, nvmlTemperature_t* temperature) {
  return with(device, [&](const DeviceSettings& settings, size_t) {
    if (temperature->version != nvmlTemperature_v1) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    if (temperature->sensorType != NVML_TEMPERATURE_GPU) return NVML_ERROR_INVALID_ARGUMENT;
    temperature->temperature = static_cast<int>(settings.temperature);
    return NVML_SUCCESS;
  });
}

nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t device, int count, nvmlFieldValue_t* values) {
  return with(device, [&](const DeviceSettings& settings, size_t) {
    for (int i = 0; i < count; ++i) {
      const bool is_known = values[i].fieldId == NVML_FI_DEV_GET_GPU_RECOVERY_ACTION;
      values[i].nvmlReturn = is_known ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
      values[i].valueType = NVML_VALUE_TYPE_UNSIGNED_INT;
      if (is_known) values[i].value.uiVal = settings.recovery_action;
    }
    return NVML_SUCCESS;
  });
}
