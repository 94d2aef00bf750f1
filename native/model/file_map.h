#pragma once
// A read-only memory map of a regular file. Owns the mapping; any thread may read it; it ends with the object.
//
// Note "files that change": a file that shrinks while it is mapped raises SIGBUS on a read past its new end. Files that
// a service may replace while it runs must be replaced by rename, never rewritten in place; ONNX Runtime and TensorRT
// map files too and have the same rule.

#include <cstddef>
#include <filesystem>
#include <span>

namespace ntrt {

class FileMap {
 public:
  /// Opens and maps `path`, following symbolic links. Never blocks on a FIFO or a device. Throws Error{kModelInvalid}
  /// with details reason 'not-found' | 'not-a-file' | 'unreadable', path and system (the system's message).
  static FileMap open(const std::filesystem::path& path);

  FileMap() = default;
  FileMap(FileMap&& other) noexcept;
  FileMap& operator=(FileMap&& other) noexcept;
  FileMap(const FileMap&) = delete;
  FileMap& operator=(const FileMap&) = delete;
  ~FileMap();

  /// Empty for an empty file.
  std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }

 private:
  FileMap(const std::byte* data, size_t size) noexcept : data_(data), size_(size) {}
  void unmap() noexcept;

  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace ntrt
