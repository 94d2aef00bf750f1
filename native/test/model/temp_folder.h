#pragma once
// A folder of its own for one test, removed with the object.

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>

namespace ntrt::testing {

class TempFolder {
 public:
  TempFolder() {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / ("ntrt-" + std::to_string(random()) + std::to_string(random()));
    std::filesystem::create_directories(path_);
    // Some systems reach their temporary folder through a link.
    path_ = std::filesystem::canonical(path_);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / std::filesystem::path(name); }

  std::filesystem::path write(std::string_view name, std::string_view content) const {
    const std::filesystem::path path = *this / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace ntrt::testing
