#pragma once
// Where a model comes from: a file, or memory. Owns the bytes (or shares them with the caller) for as long as it lives.
// Movable, not shared between threads. Made and verified off the JavaScript thread: both read the disk.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/external_data.h"
#include "model/file_map.h"
#include "model/onnx_scan.h"

namespace ntrt {

/// Bytes that stay as they are while `owner` lives.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> view;
};

/// External data given in memory; `name` is the location as the model writes it.
struct ExternalFile {
  std::string name;
  SharedBytes bytes;
};

/// What a model may be.
struct ModelPolicy {
  ScanLimits limits;
  ExternalDataPolicy external_data;
};

class ModelSource {
 public:
  /// Maps the file. `path` is UTF-8; a relative one is made absolute now. Throws as FileMap::open.
  static ModelSource from_file(std::string_view path);
  static ModelSource from_bytes(SharedBytes bytes, std::vector<ExternalFile> external_files = {});

  std::span<const std::byte> bytes() const noexcept;

  /// Absolute, links not resolved; none for a model in memory.
  const std::optional<std::filesystem::path>& path() const noexcept { return path_; }
  const std::vector<ExternalFile>& external_files() const noexcept { return external_files_; }

  /// Reads what the model says of itself, and does not look at its external data. Throws as scan_onnx, and with reason
  /// 'compiled-code' for EPContext nodes; errors name the model's path if it has one.
  OnnxScan scan(const ScanLimits& limits) const;

  /// Scans the model and checks its external data, once; the result is kept. To be called before a backend sees the
  /// model. Throws as scan() and the checks of external_data.h.
  const OnnxScan& verify(const ModelPolicy& policy = {});

 private:
  ModelSource() = default;

  /// Errors of `check` name the model's path if it has one.
  template <typename F>
  auto naming_path(F&& check) const;

  FileMap map_;
  SharedBytes bytes_;
  std::optional<std::filesystem::path> path_;
  std::vector<ExternalFile> external_files_;
  std::optional<OnnxScan> scan_;
};

}  // namespace ntrt
