#include "cuda/nvml.h"

#include <array>
#include <memory>

#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::cuda {
namespace {

template <typename Function>
void look_up(const std::string& path, Entry<Function>& entry) {
  try {
    entry.call = reinterpret_cast<Function>(load_symbol(path, entry.name));
  } catch (const Error&) {
    if (entry.need == kRequired) throw;
  }
}

std::unique_ptr<Nvml> open_nvml_library(const std::string& path) {
  auto nvml = std::make_unique<Nvml>();
  nvml->path = path;
#define NTRT_LOOK_UP(member, symbol, need) look_up(path, nvml->member);
  NTRT_NVML_TABLE(NTRT_LOOK_UP)
#undef NTRT_LOOK_UP
  if (const nvmlReturn_t result = nvml->init.call(); result != NVML_SUCCESS) {
    throw Error(Code::kBackendUnavailable, std::string("nvmlInit: ") + nvml->error_string.call(result));
  }
  return nvml;
}

}  // namespace

std::string Nvml::driver_version() const {
  std::array<char, NVML_SYSTEM_DRIVER_VERSION_BUFFER_SIZE> text{};
  if (system_get_driver_version.call(text.data(), text.size()) != NVML_SUCCESS) return {};
  return text.data();
}

std::vector<std::string> nvml_paths() {
#ifdef _WIN32
  return given_path_or("NODE_TENSORRT_NVML_LIBRARY", {"nvml.dll"});
#else
  return given_path_or("NODE_TENSORRT_NVML_LIBRARY", {"libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1"});
#endif
}

Search<Nvml> open_nvml(const std::vector<std::string>& paths) { return search_paths<Nvml>(paths, open_nvml_library); }

const Search<Nvml>& find_nvml() {
  static const auto* const kSearch = new Search<Nvml>(open_nvml(nvml_paths()));
  return *kSearch;
}

}  // namespace ntrt::cuda
