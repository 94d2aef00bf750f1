#include "cuda/driver.h"

#include <memory>

#include "core/error.h"
#include "core/shared_library.h"
#include "cuda/cuda_error.h"

namespace ntrt::cuda {
namespace {

using GetProcAddress = PFN_cuGetProcAddress_v12000;
using OldGetProcAddress = PFN_cuGetProcAddress_v11030;

/// The function by which all others are found; drivers of CUDA 11 have only its first version.
struct Finder {
  GetProcAddress find = nullptr;
  OldGetProcAddress old_find = nullptr;

  void* operator()(const char* name, int version) const {
    void* address = nullptr;
    const auto flags = static_cast<cuuint64_t>(CU_GET_PROC_ADDRESS_LEGACY_STREAM);
    CUresult result = CUDA_ERROR_NOT_FOUND;
    if (find != nullptr) {
      result = find(name, &address, version, flags, nullptr);
    } else if (old_find != nullptr) {
      result = old_find(name, &address, version, flags);
    }
    // A driver that is older than the version asked for says INVALID_VALUE: it has no such function.
    return result == CUDA_SUCCESS ? address : nullptr;
  }
};

Finder open_finder(const std::string& path) {
  Finder finder;
  try {
    finder.find = reinterpret_cast<GetProcAddress>(load_symbol(path, "cuGetProcAddress_v2"));
  } catch (const Error&) {
    // Says by itself why the library cannot be opened, or that it is no driver of CUDA 11.3 or newer.
    finder.old_find = reinterpret_cast<OldGetProcAddress>(load_symbol(path, "cuGetProcAddress"));
  }
  return finder;
}

[[noreturn]] void fail(const std::string& cause) { throw Error(Code::kBackendUnavailable, cause); }

template <typename Function>
void look_up(const Finder& find, Entry<Function>& entry) {
  entry.call = reinterpret_cast<Function>(find(entry.name, entry.version));
}

template <typename Function>
void demand(const Entry<Function>& entry, int driver_version) {
  if (entry.call != nullptr || entry.need == kOptional) return;
  fail("the driver (CUDA " + std::to_string(driver_version) + ") has no " + entry.name + " of version " +
       std::to_string(entry.version) + "; needed is CUDA " + std::to_string(kOldestDriver) + " or newer");
}

std::unique_ptr<Driver> open_one(const std::string& path) {
  const Finder find = open_finder(path);
  auto driver = std::make_unique<Driver>();
  driver->path = path;
#define NTRT_LOOK_UP(member, name, version, need) look_up(find, driver->member);
  NTRT_CUDA_DRIVER_TABLE(NTRT_LOOK_UP)
#undef NTRT_LOOK_UP
  if (driver->driver_get_version.call != nullptr) driver->driver_get_version.call(&driver->version);
  const int newest = driver->version;
#define NTRT_DEMAND(member, name, version, need) demand(driver->member, newest);
  NTRT_CUDA_DRIVER_TABLE(NTRT_DEMAND)
#undef NTRT_DEMAND
  if (const CUresult result = driver->init.call(0); result != CUDA_SUCCESS) {
    fail("cuInit: " + error_name(*driver, result) + " (" + error_text(*driver, result) + ")");
  }
  return driver;
}

}  // namespace

std::vector<std::string> driver_paths() {
#ifdef _WIN32
  return given_path_or("NODE_TENSORRT_CUDA_LIBRARY", {"nvcuda.dll"});
#else
  // The second is where the Windows Subsystem for Linux keeps it, which not every loader searches.
  return given_path_or("NODE_TENSORRT_CUDA_LIBRARY", {"libcuda.so.1", "/usr/lib/wsl/lib/libcuda.so.1"});
#endif
}

Search<Driver> open_driver(const std::vector<std::string>& paths) { return search_paths<Driver>(paths, open_one); }

const Search<Driver>& find_driver() {
  // Never destroyed: threads may use the driver while the process ends.
  static const auto* const kSearch = new Search<Driver>(open_driver(driver_paths()));
  return *kSearch;
}

const Driver& driver() {
  const Search<Driver>& search = find_driver();
  if (search) return *search.found;
  throw Error(Code::kBackendUnavailable, search.describe("CUDA driver"));
}

}  // namespace ntrt::cuda
