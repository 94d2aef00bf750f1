#include "model/path_text.h"

#include <array>
#include <system_error>

#include "core/error.h"

namespace ntrt {
namespace {

// Length of the UTF-8 sequence at the start of `text`, 0 if there is none (overlong forms, surrogates and what lies
// beyond U+10FFFF are none).
size_t utf8_length(std::string_view text) noexcept {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = byte(1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return length;
}

}  // namespace

std::filesystem::path path_from_utf8(std::string_view text) {
  try {
    if (!text.empty() && text.find('\0') == std::string_view::npos) {
      return std::filesystem::path(std::u8string(text.begin(), text.end()));
    }
  } catch (const std::system_error&) {
    // Not UTF-8, which Windows notices.
  }
  throw Error(Code::kModelInvalid, "'" + printable(text) + "' is not a path",
              {{"reason", "not-found"}, {"path", printable(text)}});
}

std::string path_to_utf8(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::string printable(std::string_view text, size_t max_bytes) {
  static constexpr std::array<char, 17> kHex = {"0123456789abcdef"};
  std::string out;
  while (!text.empty()) {
    if (out.size() >= max_bytes) return out + "...";
    const auto first = static_cast<unsigned char>(text.front());
    const size_t length = first < 0x20 || first == 0x7f ? 0 : utf8_length(text);
    if (length == 0) {
      out += "\\x";
      out += kHex[first >> 4];
      out += kHex[first & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace ntrt
