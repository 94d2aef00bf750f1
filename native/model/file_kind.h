#pragma once
// Names what a file is that was offered as an ONNX model, so that the error can say what to do.

#include <cstddef>
#include <span>
#include <string_view>

namespace ntrt {

struct FileKind {
  std::string_view name;    // "a PyTorch checkpoint"
  std::string_view advice;  // "" or what to do
};

/// By content only; nullptr if unknown. What it names cannot be read as an ONNX model.
const FileKind* recognise_file(std::span<const std::byte> bytes) noexcept;

}  // namespace ntrt
