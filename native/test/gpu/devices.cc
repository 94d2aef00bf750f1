// What is known of the device, and its primary context.
#include <algorithm>

#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {
namespace {

std::string list(Machine& machine) {
  const std::vector<cuda::DeviceInfo> all = cuda::devices(machine.driver, machine.nvml);
  for (const cuda::DeviceInfo& info : all) {
    const std::string which = "device " + std::to_string(info.id.index);
    expect(!info.name.empty(), which + " has no name");
    expect(info.uuid.size() == 40, which + " has the UUID " + info.uuid);
    expect(info.compute_major > 0, which + " has no compute capability");
    expect(info.total_bytes > 0, which + " has no memory");
    const auto same = [&](const cuda::DeviceInfo& other) { return other.uuid == info.uuid; };
    expect(std::ranges::count_if(all, same) == 1, "two devices have the UUID " + info.uuid);
  }
  const cuda::DeviceInfo& first = machine.device;
  std::string text =
      format("%zu, the first: compute capability %d.%d, %s%s", all.size(), first.compute_major, first.compute_minor,
             gib(static_cast<double>(first.total_bytes)).c_str(), first.is_mig ? ", a part of one (MIG)" : "");
  if (first.temperature_celsius) text += format(", %d °C", *first.temperature_celsius);
  if (first.recovery_action.value_or(0) != 0) text += ", NVML asks for a recovery";
  return text;
}

std::string context(Machine& machine) {
  const auto begin = Clock::now();
  const cuda::ContextPtr one = machine.context();
  const double ms = ms_since(begin);
  const cuda::ContextPtr two = machine.context();
  expect(one->get() == two->get(), "the primary context is another one when it is retained again");
  CUcontext before = nullptr;
  CUcontext inside = nullptr;
  CUcontext after = nullptr;
  const auto& get = machine.driver.ctx_get_current;
  get.call(&before);
  {
    const cuda::ContextScope scope(*one);
    get.call(&inside);
  }
  get.call(&after);
  expect(inside == one->get(), "a scope does not make its context the current one");
  expect(after == before, "a scope leaves another context behind than it found");
  one->synchronize();
  const auto [free_bytes, total_bytes] = one->memory();
  expect(free_bytes > 0 && free_bytes <= total_bytes, "free memory is not within what there is");
  return format("made in %.0f ms, %s of %s free", ms, gib(static_cast<double>(free_bytes)).c_str(),
                gib(static_cast<double>(total_bytes)).c_str());
}

}  // namespace

std::vector<Item> device_items() { return {{"devices/list", list}, {"devices/context", context}}; }

}  // namespace ntrt::gpu
