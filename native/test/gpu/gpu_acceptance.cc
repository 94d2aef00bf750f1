// gpu_acceptance [--models FOLDER] [--item NAME …] | --list: tries on a GPU what the library does with one. Prints a
// line of JSON about the machine and one about each item as soon as it is over, and goes on after a failure. Exit code:
// 0 nothing failed, 1 something did, 2 there is no GPU.

#include <algorithm>
#include <iostream>

#include "backends/tensorrt/builder/arguments.h"
#include "core/json.h"
#include "core/shared_library.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"
#include "test/nvidia/run_main.h"

namespace ntrt::gpu {
namespace {

std::vector<Item> all_items() {
  std::vector<Item> all;
  for (const auto items :
       {driver_items, device_items, memory_items, copy_items, stream_items, graph_items, tensorrt_items, model_items}) {
    for (Item& item : items()) all.push_back(std::move(item));
  }
  return all;
}

/// Throws where there is no driver or no device.
Machine find_machine(std::string models) {
  const cuda::Driver& driver = cuda::driver();
  const cuda::Nvml* nvml = cuda::find_nvml().found.get();
  const std::vector<cuda::DeviceInfo> devices = cuda::devices(driver, nvml);
  if (devices.empty()) throw std::runtime_error("the driver " + driver.path + " shows no device");
  return {driver, nvml, devices.front(), is_standin(driver.path), std::move(models)};
}

/// Runs one and prints what came of it. False: it failed.
bool try_item(const Item& item, Machine& machine) {
  const char* result = "failed";
  std::string detail;
  const auto begin = Clock::now();
  try {
    detail = item.run(machine);
    result = "passed";
  } catch (const Skipped& reason) {
    detail = reason.what();
    result = "skipped";
  } catch (const std::exception& reason) {
    detail = reason.what();
  }
  const Json line =
      Json::object({{"item", item.name}, {"result", result}, {"detail", detail}, {"seconds", ms_since(begin) / 1000}});
  std::cout << line.text() << std::endl;  // at once: what comes next may end the process
  return std::string_view(result) != "failed";
}

Json describe(const Machine& machine) {
  const cuda::DeviceInfo& device = machine.device;
  return Json::object({{"standin", machine.has_standin},
                       {"gpu", device.name},
                       {"uuid", device.uuid},
                       {"computeCapability", format("%d.%d", device.compute_major, device.compute_minor)},
                       {"memoryBytes", device.total_bytes},
                       {"driver", device.driver_version},
                       {"cuda", format("%d.%d", machine.driver.version / 1000, machine.driver.version % 1000 / 10)}});
}

int run(int argc, char** argv) {
  std::vector<Item> items = all_items();
  if (argc == 2 && std::string_view(argv[1]) == "--list") {
    for (const Item& item : items) std::cout << item.name << '\n';
    return 0;
  }
  const tensorrt::Arguments arguments(argc, argv, {"--models", "--item"});
  const std::vector<std::string> models = arguments.all("--models");
  if (const std::vector<std::string> chosen = arguments.all("--item"); !chosen.empty()) {
    for (const std::string& name : chosen) {
      const auto is_it = [&](const Item& item) { return item.name == name; };
      if (std::ranges::none_of(items, is_it)) throw std::invalid_argument("there is no item " + name);
    }
    std::erase_if(items, [&](const Item& item) { return std::ranges::find(chosen, item.name) == chosen.end(); });
  }
  Machine machine = find_machine(models.empty() ? "" : models.back());
  std::cout << Json::object({{"machine", describe(machine)}}).text() << std::endl;
  int num_failed = 0;
  for (const Item& item : items) num_failed += try_item(item, machine) ? 0 : 1;
  return num_failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ntrt::gpu

int main(int argc, char** argv) { return ntrt::nvidia::run_main("gpu_acceptance", ntrt::gpu::run, argc, argv); }
