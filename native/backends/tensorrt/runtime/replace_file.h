#pragma once
// A file whose readers never see it half written.

#include <cstddef>
#include <span>
#include <string>

namespace ntrt::tensorrt {

/// Writes the bytes beside `path` (UTF-8), under a name that no other process or thread uses, and renames it into
/// place: whoever comes last wins. False where that fails; then nothing stays beside.
bool replace_file(const std::string& path, std::span<const std::byte> bytes) noexcept;

}  // namespace ntrt::tensorrt
