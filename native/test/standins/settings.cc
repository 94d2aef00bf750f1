#include "test/standins/settings.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>

/// By this mark, programs that must not run beside a stand-in know one.
extern "C" {
__attribute__((visibility("default"))) int node_tensorrt_standin = 1;
}

namespace standin {
namespace {

std::mutex mutex;

std::map<std::string, std::string>& overrides() {
  static auto* const kOverrides = new std::map<std::string, std::string>();
  return *kOverrides;
}

[[noreturn]] void refuse(const std::string& name, const std::string& value, const char* expected) {
  std::fprintf(stderr, "standin: %s=%s: expected %s\n", name.c_str(), value.c_str(), expected);
  std::abort();
}

/// A device's own value, else the one for all.
std::optional<std::string> text(const std::string& name, int device) {
  if (auto own = text_setting(name + "_" + std::to_string(device))) return own;
  return text_setting(name);
}

double to_number(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (end == value.c_str() || number < 0) refuse(name, value, "a number that is not negative");
  const std::string unit(end);
  if (unit.empty() || unit == "B") return number;
  if (unit == "KiB") return number * 1024;
  if (unit == "MiB") return number * 1024 * 1024;
  if (unit == "GiB") return number * 1024 * 1024 * 1024;
  refuse(name, value, "a number, with KiB, MiB or GiB if it is a size");
}

double number(const std::string& name, int device, double otherwise) {
  const auto value = text(name, device);
  return value ? to_number(name, *value) : otherwise;
}

std::array<unsigned char, 16> parse_uuid(const std::string& name, const std::string& value) {
  std::string digits;
  for (const char c : value.substr(value.find('-') == 3 ? 4 : 0)) {  // after "GPU-" or "MIG-"
    if (c != '-') digits += c;
  }
  if (digits.size() != 32) refuse(name, value, "32 hexadecimal digits, with dashes and GPU- or MIG- if you like");
  std::array<unsigned char, 16> uuid{};
  for (size_t i = 0; i < uuid.size(); ++i) {
    uuid[i] = static_cast<unsigned char>(std::strtoul(digits.substr(2 * i, 2).c_str(), nullptr, 16));
  }
  return uuid;
}

DeviceSettings read_device(int index) {
  DeviceSettings device;
  device.is_mig = number("STANDIN_MIG", index, 0) != 0;
  device.name = text("STANDIN_NAME", index).value_or(device.is_mig ? "Stand-in GPU MIG 1g.5gb" : "Stand-in GPU");
  const std::string capability = text("STANDIN_COMPUTE_CAPABILITY", index).value_or("8.6");
  if (std::sscanf(capability.c_str(), "%d.%d", &device.compute_major, &device.compute_minor) != 2) {
    refuse("STANDIN_COMPUTE_CAPABILITY", capability, "major.minor, as 8.6");
  }
  device.memory_bytes = static_cast<uint64_t>(number("STANDIN_MEMORY", index, 8.0 * (1 << 30)));
  device.has_pools = number("STANDIN_POOLS", index, 1) != 0;
  device.recovery_action = static_cast<unsigned>(number("STANDIN_RECOVERY_ACTION", index, 0));
  device.temperature = static_cast<unsigned>(number("STANDIN_TEMPERATURE", index, 40));
  device.utilization = static_cast<unsigned>(number("STANDIN_UTILIZATION", index, 0));
  if (const auto uuid = text_setting("STANDIN_UUID_" + std::to_string(index))) {
    device.uuid = parse_uuid("STANDIN_UUID", *uuid);
  } else {
    for (size_t i = 0; i < device.uuid.size(); ++i) device.uuid[i] = static_cast<unsigned char>(0x50 + i);
    device.uuid[15] = static_cast<unsigned char>(index);
  }
  return device;
}

/// Indexes or UUIDs (their beginnings, too), separated by commas; what is after the first that names none is not seen.
std::vector<int> read_visible(const std::vector<DeviceSettings>& devices) {
  std::vector<int> visible;
  const char* list = std::getenv("CUDA_VISIBLE_DEVICES");
  if (list == nullptr) {
    for (int i = 0; i < static_cast<int>(devices.size()); ++i) visible.push_back(i);
    return visible;
  }
  std::string rest = list;
  while (!rest.empty()) {
    const std::string item = rest.substr(0, rest.find(','));
    rest = item.size() == rest.size() ? "" : rest.substr(item.size() + 1);
    const auto is_it = [&](int i) {
      return item == std::to_string(i) || (item.size() > 4 && devices[i].uuid_text().starts_with(item));
    };
    int found = -1;
    for (int i = 0; i < static_cast<int>(devices.size()); ++i) found = is_it(i) ? i : found;
    if (found < 0) break;
    visible.push_back(found);
  }
  return visible;
}

}  // namespace

std::optional<std::string> text_setting(const std::string& name) {
  const std::lock_guard lock(mutex);
  if (const auto found = overrides().find(name); found != overrides().end()) return found->second;
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

double number_setting(const std::string& name, double otherwise) {
  const auto value = text_setting(name);
  return value ? to_number(name, *value) : otherwise;
}

std::string DeviceSettings::uuid_text() const {
  std::string result = is_mig ? "MIG-" : "GPU-";
  for (size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) result += '-';
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", uuid[i]);
    result += hex.data();
  }
  return result;
}

std::string DeviceSettings::pci_bus_id(int index) const {
  std::array<char, 32> result{};
  std::snprintf(result.data(), result.size(), "0000:%02X:00.0", static_cast<unsigned>(index + 1));
  return result.data();
}

void override_setting(const std::string& name, const std::string& value) {
  const std::lock_guard lock(mutex);
  overrides()[name] = value;
}

Settings read_settings() {
  Settings settings;
  const int count = static_cast<int>(number_setting("STANDIN_DEVICES", 1));
  for (int i = 0; i < count; ++i) settings.devices.push_back(read_device(i));
  settings.visible = read_visible(settings.devices);
  settings.driver_version = static_cast<int>(number_setting("STANDIN_DRIVER_VERSION", 13000));
  settings.driver_text = text_setting("STANDIN_DRIVER_TEXT").value_or("580.00");
  settings.h2d_rate = number_setting("STANDIN_H2D_GBPS", 0) * 1e9;
  settings.d2h_rate = number_setting("STANDIN_D2H_GBPS", 0) * 1e9;
  settings.d2d_rate = number_setting("STANDIN_D2D_GBPS", 0) * 1e9;
  settings.latency_us = number_setting("STANDIN_LATENCY_US", 0);
  settings.compute_lanes = std::max(1, static_cast<int>(number_setting("STANDIN_COMPUTE_LANES", 1)));
  settings.faults = text_setting("STANDIN_FAULTS").value_or("");
  settings.seed = static_cast<uint64_t>(number_setting("STANDIN_SEED", 1));
  const std::string on_violation = text_setting("STANDIN_ON_VIOLATION").value_or("abort");
  if (on_violation != "abort" && on_violation != "count") {
    refuse("STANDIN_ON_VIOLATION", on_violation, "abort or count");
  }
  settings.abort_on_violation = on_violation == "abort";
  const std::string leaks = text_setting("STANDIN_LEAKS").value_or("context,exit");
  settings.leaks_at_context_end = leaks.find("context") != std::string::npos;
  settings.leaks_at_exit = leaks.find("exit") != std::string::npos;
  return settings;
}

}  // namespace standin
