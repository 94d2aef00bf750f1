#pragma once
// What the stand-ins pretend to be: read from the environment, changed by standin_set(). docs/standins.md lists them.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace standin {

struct DeviceSettings {
  std::string name;
  std::array<unsigned char, 16> uuid{};
  int compute_major = 8;
  int compute_minor = 6;
  uint64_t memory_bytes = 0;
  bool is_mig = false;
  bool has_pools = true;
  unsigned recovery_action = 0;
  unsigned temperature = 40;
  unsigned utilization = 0;

  std::string uuid_text() const;
  std::string pci_bus_id(int index) const;
};

struct Settings {
  std::vector<DeviceSettings> devices;
  /// Indexes into `devices`, after CUDA_VISIBLE_DEVICES.
  std::vector<int> visible;
  int driver_version = 13000;
  std::string driver_text;
  /// Bytes a second; 0 is as fast as the host copies.
  double h2d_rate = 0;
  double d2h_rate = 0;
  double d2d_rate = 0;
  double latency_us = 0;
  /// How many timed computations of a device run at the same time.
  int compute_lanes = 1;
  std::string faults;
  uint64_t seed = 1;
  bool abort_on_violation = true;
  bool leaks_at_context_end = true;
  bool leaks_at_exit = true;
};

/// The value of one of them; nothing where it is not set, or is empty.
std::optional<std::string> text_setting(const std::string& name);
/// Likewise, `otherwise` where it is not set; KiB, MiB and GiB may be behind it. Ends the process with a message if it
/// is no number.
double number_setting(const std::string& name, double otherwise);

/// Remembers a value that goes before the environment's.
void override_setting(const std::string& name, const std::string& value);
/// Reads all anew. Ends the process with a message if a value makes no sense.
Settings read_settings();

}  // namespace standin
