#pragma once
// What a program did wrong. With STANDIN_ON_VIOLATION=abort, the default, the first one ends the process; with count
// they are counted, and the process ends with status 99 unless a test takes them.

#include <string>
#include <vector>

namespace standin {

inline constexpr int kFailedStatus = 99;

/// Under the state's lock.
class Reports {
 public:
  /// "missing-order", "use-after-free" …: docs/standins.md lists the kinds.
  void add(const char* kind, const std::string& text, bool abort);
  size_t size() const { return lines_.size(); }
  std::vector<std::string> take();

 private:
  std::vector<std::string> lines_;
};

}  // namespace standin
