#pragma once
// What looking for a library came to. That there is none is an ordinary case, and no exception.

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace ntrt {

/// One place where a library was looked for, and why it is not used.
struct Attempt {
  std::string path;
  std::string cause;
};

/// Either what was found, or nothing; and everything that was tried before.
template <typename Library>
struct Search {
  std::shared_ptr<const Library> found;
  std::vector<Attempt> attempts;

  explicit operator bool() const noexcept { return found != nullptr; }

  /// "no CUDA driver: libcuda.so.1 (cannot open …); …"
  std::string describe(std::string_view what) const {
    std::string text = "no " + std::string(what) + ":";
    for (size_t i = 0; i < attempts.size(); ++i) {
      text += (i == 0 ? " " : "; ") + attempts[i].path + " (" + attempts[i].cause + ")";
    }
    return text;
  }
};

/// The first of `paths` for which `open` does not throw an Error.
template <typename Library, typename Open>
Search<Library> search_paths(const std::vector<std::string>& paths, Open open) {
  Search<Library> search;
  for (const std::string& path : paths) {
    try {
      search.found = open(path);
      return search;
    } catch (const Error& error) {
      search.attempts.push_back({path, error.message()});
    }
  }
  return search;
}

/// What an environment variable names alone, if it is set; else `usual`.
inline std::vector<std::string> given_path_or(const char* variable, std::vector<std::string> usual) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  if (const char* path = std::getenv(variable); path != nullptr && *path != '\0') return {path};
  return usual;
}

}  // namespace ntrt
