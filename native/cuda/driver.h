#pragma once
// The CUDA driver, opened at run time. Nothing links against it, and a machine without one loses nothing but its
// devices.

#include <string>
#include <vector>

#include "core/search.h"
#include "cuda/driver_table.h"
#include "cuda/entry.h"

namespace ntrt::cuda {

/// The functions of one opened driver, initialised. Never closed. Any thread.
struct Driver {
// NOLINTNEXTLINE(bugprone-macro-parentheses): a member is declared
#define NTRT_ENTRY(member, name, version, need) Entry<PFN_##name##_v##version> member{#name, version, need};
  NTRT_CUDA_DRIVER_TABLE(NTRT_ENTRY)
#undef NTRT_ENTRY

  /// The library's path as it was asked for.
  std::string path;
  /// 1000 * major + 10 * minor of the newest CUDA that the driver can do: 13000 is 13.0.
  int version = 0;

  /// Whether this driver has an optional function; one that it has not must not be called.
  template <typename Function>
  static bool has(const Entry<Function>& entry) noexcept {
    return entry.call != nullptr;
  }
};

/// Where the driver is looked for: NODE_TENSORRT_CUDA_LIBRARY alone if it is set, else the system's places.
std::vector<std::string> driver_paths();

/// Opens the first library of `paths` that is a driver with a device, and initialises it. Each call opens anew: for
/// tests; all else wants find_driver().
Search<Driver> open_driver(const std::vector<std::string>& paths);

/// The process's driver, looked for on the first call. May take a second: not for the JavaScript thread.
const Search<Driver>& find_driver();

/// The same; throws Error{kBackendUnavailable} that lists what was tried if there is none.
const Driver& driver();

}  // namespace ntrt::cuda
