// The driver itself: that it is found, new enough, and says what went wrong.
#include "cuda/cuda_error.h"
#include "test/gpu/errors.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {
namespace {

std::string version(Machine& machine) {
  const cuda::Driver& driver = machine.driver;
  expect(driver.version >= cuda::kOldestDriver, "CUDA " + std::to_string(driver.version) + " is too old");
  std::string text = format("CUDA %d.%d, %s", driver.version / 1000, driver.version % 1000 / 10, driver.path.c_str());
  if (!cuda::Driver::has(driver.graph_exec_update)) text += ", without cuGraphExecUpdate";
  if (machine.nvml == nullptr) return text + ", no NVML";
  const std::string driver_version = machine.nvml->driver_version();
  expect(!driver_version.empty(), "NVML does not say which driver this is");
  return text + ", driver " + driver_version;
}

std::string errors(Machine& machine) {
  const cuda::Driver& driver = machine.driver;
  const std::string name = cuda::error_name(driver, CUDA_ERROR_OUT_OF_MEMORY);
  expect(name == "CUDA_ERROR_OUT_OF_MEMORY", "the driver calls running out of memory " + name);
  const Error error = error_of("a context of device 9999", [&] { cuda::PrimaryContext::retain(driver, {9999}); });
  expect(text_detail(error, "cudaError") == "CUDA_ERROR_INVALID_DEVICE",
         "a device that is not there: " + message(error));
  return message(error);
}

}  // namespace

std::vector<Item> driver_items() { return {{"driver/version", version}, {"driver/errors", errors}}; }

}  // namespace ntrt::gpu
