#pragma once
// Text as JSON has it.

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

namespace ntrt {

/// In quotes, with escapes; bytes from 0x80 on stay as they are, so that UTF-8 stays UTF-8.
inline std::string json_quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      quoted += escape.data();
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

}  // namespace ntrt
