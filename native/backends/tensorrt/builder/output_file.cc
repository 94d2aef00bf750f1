#include "backends/tensorrt/builder/output_file.h"

#include <cerrno>
#include <system_error>

#include "core/error.h"
#include "model/path_text.h"

namespace ntrt::tensorrt {

OutputFile::OutputFile(const std::string& path) : path_(path) {
  errno = 0;
  file_.open(path_from_utf8(path), std::ios::binary | std::ios::trunc);
  expect_good();
}

void OutputFile::write(std::string_view bytes) {
  errno = 0;
  file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  expect_good();
}

void OutputFile::close() {
  errno = 0;
  file_.close();
  expect_good();
}

void OutputFile::expect_good() const {
  if (file_) return;
  const std::string system = errno != 0 ? std::system_category().message(errno) : "unknown cause";
  throw Error(Code::kBuildFailed, "cannot write " + path_ + ": " + system,
              {{"reason", "unwritable"}, {"path", path_}, {"system", system}});
}

}  // namespace ntrt::tensorrt
