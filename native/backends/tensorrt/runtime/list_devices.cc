#include "backends/tensorrt/runtime/list_devices.h"

#include <string>
#include <vector>

#include "cuda/devices.h"

namespace ntrt::tensorrt {
namespace {

/// "13.0" of 13000
std::string cuda_version(const cuda::Driver& driver) {
  return std::to_string(driver.version / 1000) + '.' + std::to_string(driver.version % 1000 / 10);
}

}  // namespace

void list_devices(Events& events) {
  const cuda::Driver& driver = cuda::driver();
  std::string version = "CUDA " + cuda_version(driver);
  std::vector<Json> items;
  for (const cuda::DeviceInfo& info : cuda::devices(driver, cuda::find_nvml().found.get())) {
    if (!info.driver_version.empty()) version = info.driver_version;
    const std::string capability = std::to_string(info.compute_major) + '.' + std::to_string(info.compute_minor);
    items.push_back(Json::object(
        {{"index", info.id.index}, {"name", info.name}, {"uuid", info.uuid}, {"computeCapability", capability}}));
  }
  events.tell(Json::object({{"event", "devices"}, {"driver", version}, {"devices", Json::array(items)}}));
}

}  // namespace ntrt::tensorrt
