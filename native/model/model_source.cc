#include "model/model_source.h"

#include <system_error>
#include <utility>

#include "core/error.h"
#include "model/model_error.h"
#include "model/path_text.h"

namespace ntrt {

ModelSource ModelSource::from_file(std::string_view path) {
  ModelSource source;
  const std::filesystem::path given = path_from_utf8(path);
  // A later change of the working directory must not make it another file.
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(given, error);
  source.path_ = error ? given : absolute;
  source.map_ = FileMap::open(*source.path_);
  return source;
}

ModelSource ModelSource::from_bytes(SharedBytes bytes, std::vector<ExternalFile> external_files) {
  ModelSource source;
  source.bytes_ = std::move(bytes);
  source.external_files_ = std::move(external_files);
  return source;
}

std::span<const std::byte> ModelSource::bytes() const noexcept { return path_ ? map_.bytes() : bytes_.view; }

template <typename F>
auto ModelSource::naming_path(F&& check) const {
  try {
    return std::forward<F>(check)();
  } catch (const Error& error) {
    if (!path_) throw;
    const std::string path = printable(path_to_utf8(*path_), 1000);
    std::vector<Detail> details = error.details();
    details.push_back({"path", path});
    throw Error(error.code(), path + ": " + error.message(), std::move(details));
  }
}

OnnxScan ModelSource::scan(const ScanLimits& limits) const {
  return naming_path([&] {
    OnnxScan scan = scan_onnx(bytes(), limits);
    if (scan.num_ep_context_nodes > 0) {
      refuse_model("compiled-code",
                   "the model has EPContext nodes: code that was compiled for one device, or a path to it. Such models "
                   "are not loaded; load the ONNX model that it was made from");
    }
    return scan;
  });
}

const OnnxScan& ModelSource::verify(const ModelPolicy& policy) {
  if (scan_) return *scan_;
  OnnxScan scan = this->scan(policy.limits);
  naming_path([&] {
    if (path_) {
      check_external_data(scan, path_->parent_path(), policy.external_data);
    } else {
      std::vector<ProvidedFile> provided;
      for (const ExternalFile& file : external_files_) provided.push_back({file.name, file.bytes.view.size()});
      check_external_files(scan, provided);
    }
  });
  scan_ = std::move(scan);
  return *scan_;
}

}  // namespace ntrt
