#include "backends/tensorrt/runtime/replace_file.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

#include "model/path_text.h"

namespace ntrt::tensorrt {
namespace {

/// Process ids alone repeat: in containers that share a folder, and in the threads of one process.
std::string own_suffix() {
  std::random_device random;
  return "." + std::to_string(getpid()) + "-" + std::to_string(random()) + ".tmp";
}

bool write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file.good();
}

}  // namespace

bool replace_file(const std::string& path, std::span<const std::byte> bytes) noexcept {
  try {
    const std::filesystem::path target = path_from_utf8(path);
    const std::filesystem::path beside = path_from_utf8(path + own_suffix());
    std::error_code error;
    if (write_file(beside, bytes)) {
      std::filesystem::rename(beside, target, error);
      if (!error) return true;
    }
    std::filesystem::remove(beside, error);
    return false;
  } catch (...) {
    return false;
  }
}

}  // namespace ntrt::tensorrt
