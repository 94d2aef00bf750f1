#pragma once
// What looking for a library came to. That there is none is an ordinary case, and no exception.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace ntrt
