#pragma once
// JSON that is written once: a value is its text.

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/json_quote.h"

namespace ntrt {

class Json {
 public:
  using Member = std::pair<std::string_view, Json>;

  /// Null is "".
  Json(const char* text)
      : Json(std::string_view(text != nullptr ? text : "")) {}     // NOLINT(google-explicit-constructor)
  Json(const std::string& text) : Json(std::string_view(text)) {}  // NOLINT(google-explicit-constructor)
  Json(std::string_view text) : text_(json_quote(text)) {}         // NOLINT(google-explicit-constructor)
  template <typename T>
    requires std::is_arithmetic_v<T>
  Json(T value) : text_(number(value)) {}  // NOLINT(google-explicit-constructor)

  static Json object(std::initializer_list<Member> members) { return object<>(members); }

  template <typename Members = std::initializer_list<Member>>
  static Json object(const Members& members) {
    std::string text = "{";
    for (const auto& [key, value] : members) {
      if (text.size() > 1) text += ',';
      text += json_quote(key) + ':' + value.text_;
    }
    return encoded(text + '}');
  }

  template <typename Items>
  static Json array(const Items& items) {
    std::string text = "[";
    for (const auto& item : items) {
      if (text.size() > 1) text += ',';
      text += Json(item).text_;
    }
    return encoded(text + ']');
  }

  static Json null() { return encoded("null"); }

  const std::string& text() const { return text_; }

 private:
  Json() = default;

  static Json encoded(std::string text) {
    Json json;
    json.text_ = std::move(text);
    return json;
  }

  template <typename T>
  static std::string number(T value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
      return std::to_string(value);
    } else {
      char buffer[32];
      std::snprintf(buffer, sizeof(buffer), "%.3f", static_cast<double>(value));
      return buffer;
    }
  }

  std::string text_;
};

}  // namespace ntrt
