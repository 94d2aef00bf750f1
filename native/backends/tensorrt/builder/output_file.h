#pragma once
// A file that is written from its begin to its end.

#include <fstream>
#include <string>
#include <string_view>

namespace ntrt::tensorrt {

/// Each function throws Error{kBuildFailed} with details reason 'unwritable', path and system (the system's message).
/// What was written so far stays.
class OutputFile {
 public:
  /// Creates the file, or empties it. `path` is UTF-8.
  explicit OutputFile(const std::string& path);

  void write(std::string_view bytes);

  /// To be called at the end: what a full disk does not take may come out here only.
  void close();

 private:
  void expect_good() const;

  const std::string path_;
  std::ofstream file_;
};

}  // namespace ntrt::tensorrt
