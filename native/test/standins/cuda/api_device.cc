// Initialisation and devices.
#include "test/standins/cuda/call.h"

#include <algorithm>
#include <cstring>

using namespace standin;

namespace {

/// The settings of a device that the process sees; null, and the call fails, for others.
const DeviceSettings* visible(Call& call, CUdevice device) {
  const std::vector<int>& all = call.s.settings.visible;
  if (device < 0 || device >= static_cast<int>(all.size())) {
    call.fail(CUDA_ERROR_INVALID_DEVICE);
    return nullptr;
  }
  return &call.s.settings.devices[static_cast<size_t>(all[static_cast<size_t>(device)])];
}

void copy_text(const std::string& text, char* to, int length) {
  const size_t room = static_cast<size_t>(std::max(length, 1)) - 1;
  const size_t taken = std::min(room, text.size());
  std::memcpy(to, text.data(), taken);
  to[taken] = '\0';
}

}  // namespace

CUresult CUDAAPI cuInit(unsigned flags) {
  Call call("cuInit", Needs::kNothing);
  if (flags != 0) call.fail(CUDA_ERROR_INVALID_VALUE);
  if (call.s.settings.visible.empty()) call.fail(CUDA_ERROR_NO_DEVICE);
  if (call.ok()) call.s.is_initialized = true;
  return call.result;
}

CUresult CUDAAPI cuDriverGetVersion(int* version) {
  Call call("cuDriverGetVersion", Needs::kNothing);
  *version = call.s.settings.driver_version;
  return call.result;
}

CUresult CUDAAPI cuDeviceGetCount(int* count) {
  Call call("cuDeviceGetCount", Needs::kInit);
  if (call.ok()) *count = static_cast<int>(call.s.settings.visible.size());
  return call.result;
}

CUresult CUDAAPI cuDeviceGet(CUdevice* device, int ordinal) {
  Call call("cuDeviceGet", Needs::kInit);
  if (call.ok() && visible(call, ordinal) != nullptr) *device = ordinal;
  return call.result;
}

CUresult CUDAAPI cuDeviceGetName(char* name, int length, CUdevice device) {
  Call call("cuDeviceGetName", Needs::kInit);
  if (!call.ok()) return call.result;
  if (const DeviceSettings* settings = visible(call, device)) copy_text(settings->name, name, length);
  return call.result;
}

CUresult CUDAAPI cuDeviceGetUuid(CUuuid* uuid, CUdevice device) {
  Call call("cuDeviceGetUuid", Needs::kInit);
  if (!call.ok()) return call.result;
  if (const DeviceSettings* settings = visible(call, device)) {
    std::memcpy(uuid->bytes, settings->uuid.data(), settings->uuid.size());
  }
  return call.result;
}

CUresult CUDAAPI cuDeviceGetPCIBusId(char* id, int length, CUdevice device) {
  Call call("cuDeviceGetPCIBusId", Needs::kInit);
  if (!call.ok()) return call.result;
  if (const DeviceSettings* settings = visible(call, device)) {
    copy_text(settings->pci_bus_id(call.s.settings.visible[static_cast<size_t>(device)]), id, length);
  }
  return call.result;
}

CUresult CUDAAPI cuDeviceTotalMem(size_t* bytes, CUdevice device) {
  Call call("cuDeviceTotalMem", Needs::kInit);
  if (!call.ok()) return call.result;
  if (const DeviceSettings* settings = visible(call, device)) *bytes = settings->memory_bytes;
  return call.result;
}

CUresult CUDAAPI cuDeviceGetAttribute(int* value, CUdevice_attribute attribute, CUdevice device) {
  Call call("cuDeviceGetAttribute", Needs::kInit);
  if (!call.ok()) return call.result;
  const DeviceSettings* settings = visible(call, device);
  if (settings == nullptr) return call.result;
  switch (attribute) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
      *value = settings->compute_major;
      break;
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
      *value = settings->compute_minor;
      break;
    case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
      *value = settings->has_pools ? 1 : 0;
      break;
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
    case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
      *value = 1;
      break;
    case CU_DEVICE_ATTRIBUTE_INTEGRATED:
      *value = 0;
      break;
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
      *value = 2;
      break;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
      *value = call.s.settings.compute_lanes;
      break;
    default:
      call.s.violation("not-modelled", "cuDeviceGetAttribute of " + std::to_string(attribute));
      call.fail(CUDA_ERROR_NOT_SUPPORTED);
  }
  return call.result;
}
