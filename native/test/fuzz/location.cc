#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <system_error>

#include "core/error.h"
#include "model/external_data.h"
#include "test/fuzz/targets.h"

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

namespace ntrt::fuzz {
namespace {

namespace fs = std::filesystem;

/// A model's folder with files, folders and links in it, beside a file that it must not reach.
class Folder {
 public:
  Folder() {
    root_ = fs::temp_directory_path() / ("node-tensorrt-fuzz-" + std::to_string(getpid()));
    fs::remove_all(root_);
    fs::create_directories(model() / "a" / "b");
    for (const fs::path& file : {root_ / "s", model() / "w", model() / "a" / "w", model() / "a" / "b" / "w"}) {
      std::ofstream(file) << "0123456789abcdef";
    }
    std::error_code ignored;  // where links need a privilege, there are none to follow
    fs::create_symlink("../s", model() / "l", ignored);
    fs::create_directory_symlink("..", model() / "d", ignored);
    fs::create_hard_link(root_ / "s", model() / "h", ignored);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path model() const { return root_ / "m"; }

 private:
  fs::path root_;
};

void check_location(const fs::path& folder, const std::string& location) {
  const fs::path real = fs::canonical(folder / fs::path(std::u8string(location.begin(), location.end())));
  const fs::path base = fs::canonical(folder);
  const bool below = std::mismatch(base.begin(), base.end(), real.begin(), real.end()).first == base.end();
  if (below && fs::is_regular_file(real) && fs::hard_link_count(real) == 1) return;
  std::cerr << "broken: '" << location << "' leads to " << real << '\n';
  std::abort();
}

}  // namespace

void location(std::span<const std::byte> input) {
  static const Folder kFolder;
  ExternalRef ref;
  ref.tensor = "t";
  ref.location.assign(reinterpret_cast<const char*>(input.data()), input.size());
  ref.needed_bytes = 16;
  OnnxScan scan;
  scan.external_refs.push_back(ref);
  try {
    check_external_data(scan, kFolder.model());
    check_location(kFolder.model(), ref.location);
  } catch (const Error& error) {
    if (error.code() != Code::kModelInvalid) std::abort();
  }
}

}  // namespace ntrt::fuzz
