#pragma once
// NVIDIA's management library, opened at run time: what the driver itself does not tell of a device. It comes with the
// driver, but containers and integrated GPUs may be without it, so that everything works without.

#include <nvml.h>

#include <string>
#include <vector>

#include "core/search.h"
#include "cuda/entry.h"

namespace ntrt::cuda {

// X(member of Nvml, symbol with the version of its signature, whether a library may lack it)
#define NTRT_NVML_TABLE(X)                                                        \
  X(init, nvmlInit_v2, kRequired)                                                 \
  X(error_string, nvmlErrorString, kRequired)                                     \
  X(system_get_driver_version, nvmlSystemGetDriverVersion, kRequired)             \
  X(device_get_handle_by_uuid, nvmlDeviceGetHandleByUUID, kRequired)              \
  X(device_get_handle_by_pci_bus_id, nvmlDeviceGetHandleByPciBusId_v2, kRequired) \
  X(device_get_memory_info, nvmlDeviceGetMemoryInfo, kRequired)                   \
  X(device_get_mig_mode, nvmlDeviceGetMigMode, kOptional)                         \
  X(device_get_utilization_rates, nvmlDeviceGetUtilizationRates, kOptional)       \
  X(device_get_temperature, nvmlDeviceGetTemperatureV, kOptional)                 \
  X(device_get_field_values, nvmlDeviceGetFieldValues, kOptional)

/// The functions of the library, initialised. Never closed, nor shut down. Any thread.
struct Nvml {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member is declared
#define NTRT_ENTRY(member, symbol, need) Entry<decltype(&::symbol)> member{#symbol, 0, need};
  NTRT_NVML_TABLE(NTRT_ENTRY)
#undef NTRT_ENTRY

  std::string path;

  /// "581.15"; empty if the library does not say.
  std::string driver_version() const;
};

/// Where it is looked for: NODE_TENSORRT_NVML_LIBRARY alone if it is set, else the system's places.
std::vector<std::string> nvml_paths();

/// Opens and initialises the first library of `paths`. Each call opens anew: for tests.
Search<Nvml> open_nvml(const std::vector<std::string>& paths);

/// The process's, looked for on the first call.
const Search<Nvml>& find_nvml();

}  // namespace ntrt::cuda
