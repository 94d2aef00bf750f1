#include "backends/tensorrt/loader/places.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace ntrt::tensorrt {
namespace {

namespace fs = std::filesystem;

#ifdef _WIN32
constexpr char kSeparator = ';';
#else
constexpr char kSeparator = ':';
#endif

std::string to_utf8(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

fs::path to_path(const std::string& utf8) { return {std::u8string(utf8.begin(), utf8.end())}; }

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  std::istringstream text(list);
  for (std::string part; std::getline(text, part, kSeparator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// "1.7.1" as numbers; empty for what is no version.
std::vector<int> parse_version(std::string_view text) {
  std::vector<int> numbers{0};
  for (const char c : text) {
    if (c == '.') {
      numbers.push_back(0);
    } else if (c >= '0' && c <= '9' && numbers.back() < 100000) {
      numbers.back() = numbers.back() * 10 + (c - '0');
    } else {
      return {};
    }
  }
  return numbers;
}

/// Folders of `folder` whose names begin with `prefix`, ascending; none if it cannot be read.
std::vector<fs::path> folders_in(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (auto at = fs::directory_iterator(folder, failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    std::error_code unknown;
    if (to_utf8(at->path().filename()).starts_with(prefix) && at->is_directory(unknown)) found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

/// Where the Python under a prefix keeps packages.
std::vector<fs::path> site_packages(const fs::path& prefix) {
#ifdef _WIN32
  return {prefix / "Lib" / "site-packages"};
#else
  std::vector<fs::path> folders;
  for (const fs::path& python : folders_in(prefix / "lib", "python3")) {
    for (const char* name : {"site-packages", "dist-packages"}) folders.push_back(python / name);
  }
  return folders;
#endif
}

class Finder {
 public:
  Finder(const FlavourInfo& flavour, const Surroundings& surroundings)
      : flavour_(flavour), surroundings_(surroundings) {}

  std::vector<Place> find() {
    for (const std::string& given : split(surroundings_.variable("NODE_TENSORRT_LIBRARY_PATH"))) add_given(given);
    places_.push_back({std::string(flavour_.library), ""});
    for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) add_python(surroundings_.variable(name));
    if (const std::string home = surroundings_.variable("HOME"); !home.empty()) add_python(home + "/.local");
    for (const char* prefix : {"/usr/local", "/usr"}) add_python(surroundings_.root + prefix);
    for (const char* name : {"TENSORRT_ROOT", "CUDA_PATH", "CUDA_HOME", "CONDA_PREFIX"}) {
      add_prefix(surroundings_.variable(name));
    }
    add_prefix(surroundings_.root + "/usr/local/cuda");
    return std::move(places_);
  }

 private:
  void add_given(const std::string& given) {
    std::error_code failed;
    if (fs::is_directory(to_path(given), failed)) {
      const std::string library = find_in_folder(given, flavour_.library);
      if (library.empty()) {
        add_missing(given);
      } else {
        places_.push_back({library, "", true});
      }
    } else if (const std::string name = to_utf8(to_path(given).filename()); name.starts_with(flavour_.library)) {
      places_.push_back({given, "", true});
    } else if (!fs::exists(to_path(given), failed)) {
      places_.push_back({given, "there is no such file or folder"});
    }
  }

  void add_python(const std::string& prefix) {
    if (prefix.empty()) return;
    for (const fs::path& packages : site_packages(to_path(prefix))) {
      for (const std::string_view package : flavour_.python_packages) {
        std::error_code failed;
        if (fs::is_directory(packages / package, failed)) add_folder(to_utf8(packages / package));
      }
    }
  }

  void add_prefix(const std::string& prefix) {
    if (prefix.empty()) return;
    for (const char* name : {"lib64", "lib", "bin"}) {
      std::error_code failed;
      if (fs::is_directory(to_path(prefix) / name, failed)) add_folder(to_utf8(to_path(prefix) / name));
    }
  }

  void add_folder(const std::string& folder) {
    const std::string library = find_in_folder(folder, flavour_.library);
    if (library.empty()) return add_missing(folder);
    const auto is_it = [&](const Place& place) { return place.path == library; };
    if (std::ranges::none_of(places_, is_it)) places_.push_back({library, ""});
  }

  void add_missing(const std::string& folder) {
    places_.push_back({folder, "there is no " + std::string(flavour_.library) + " in it"});
  }

  const FlavourInfo& flavour_;
  const Surroundings& surroundings_;
  std::vector<Place> places_;
};

}  // namespace

Surroundings Surroundings::real() {
  return {[](const char* name) -> std::string {
            const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing of ours changes it
            return value != nullptr ? value : "";
          },
          ""};
}

std::string find_in_folder(const std::string& folder, std::string_view name) {
  std::error_code failed;
  if (const fs::path exact = to_path(folder) / name; fs::is_regular_file(exact, failed)) return to_utf8(exact);
  std::string best;
  std::vector<int> best_version;
  for (auto at = fs::directory_iterator(to_path(folder), failed); !failed && at != fs::directory_iterator();
       at.increment(failed)) {
    const std::string file = to_utf8(at->path().filename());
    if (!file.starts_with(name) || file.size() <= name.size() + 1 || file[name.size()] != '.') continue;
    const std::vector<int> version = parse_version(std::string_view(file).substr(name.size() + 1));
    if (version.empty() || version <= best_version) continue;
    best = to_utf8(at->path());
    best_version = version;
  }
  return best;
}

std::vector<Place> library_places(const FlavourInfo& flavour, const Surroundings& surroundings) {
  return Finder(flavour, surroundings).find();
}

}  // namespace ntrt::tensorrt
