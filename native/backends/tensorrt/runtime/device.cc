#include "backends/tensorrt/runtime/device.h"

#include <vector>

#include "core/error.h"

namespace ntrt::tensorrt {

UsedDevice use_device(const std::string& wanted) {
  const cuda::Driver& driver = cuda::driver();
  const std::vector<cuda::DeviceInfo> all = cuda::devices(driver, cuda::find_nvml().found.get());
  std::string list;
  for (const cuda::DeviceInfo& info : all) {
    const std::string index = std::to_string(info.id.index);
    if (wanted == index || wanted == info.uuid || (wanted.empty() && info.id.index == 0)) {
      return {info, cuda::PrimaryContext::retain(driver, info.id)};
    }
    list += (list.empty() ? "" : ", ") + index + " (" + info.name + ", " + info.uuid + ")";
  }
  throw Error(Code::kInvalidArgument, "there is no GPU '" + wanted + "'; there are: " + list,
              {{"option", "device"}, {"received", wanted}, {"devices", list}});
}

}  // namespace ntrt::tensorrt
