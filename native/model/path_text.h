#pragma once
// Text at the border of the file system: paths are UTF-8 for the caller, native inside.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace ntrt {

/// Throws Error{kModelInvalid, reason 'not-found'} for text that no path can be: empty, with a NUL inside, or (where
/// paths are UTF-16) not UTF-8.
std::filesystem::path path_from_utf8(std::string_view text);

std::string path_to_utf8(const std::filesystem::path& path);

/// Untrusted text made fit for a message: control bytes and bytes that are not UTF-8 become \xNN, and what is longer
/// than `max_bytes` is cut.
std::string printable(std::string_view text, size_t max_bytes = 200);

}  // namespace ntrt
