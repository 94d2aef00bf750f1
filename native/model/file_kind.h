#pragma once
// Names what a file is that was offered as an ONNX model, so that the error can say what to do.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace ntrt {

struct FileKind {
  std::string_view name;    // "a PyTorch checkpoint"
  std::string_view advice;  // "" or what to do
};

/// Bytes from the beginning that are looked at.
inline constexpr size_t kFileKindBytes = 4096;

/// By content only: the beginning of a file of `size` bytes. nullptr if unknown. What it names cannot be read as an
/// ONNX model.
const FileKind* recognise_file(std::span<const std::byte> beginning, uint64_t size) noexcept;

}  // namespace ntrt
