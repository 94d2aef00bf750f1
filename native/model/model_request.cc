#include "model/model_request.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "model/path_text.h"

namespace ntrt {
namespace {

std::string model_file(const std::string& path) {
  std::error_code ignored;  // whatever is wrong is found again, and explained, when the file is opened
  const std::filesystem::path native = path_from_utf8(path);
  return std::filesystem::is_directory(native, ignored) ? path_to_utf8(native / "model.onnx") : path;
}

}  // namespace

ModelSource find_model(ModelRequest& request) {
  return request.path.empty() ? ModelSource::from_bytes(std::move(request.bytes), std::move(request.external_files))
                              : ModelSource::from_file(model_file(request.path));
}

ModelSource open_model(ModelRequest& request) {
  ModelSource source = find_model(request);
  source.verify(request.policy);
  return source;
}

}  // namespace ntrt
