#pragma once
// The texts of options as numbers and as values of NVIDIA's enumerations.

#include <charconv>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"

namespace ntrt::tensorrt {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

[[noreturn]] inline void refuse_value(std::string_view option, const std::string& value, const std::string& wanted) {
  throw Error(Code::kInvalidArgument, std::string(option) + " " + value + ": wanted is " + wanted,
              {{"option", std::string(option)}, {"given", value}});
}

/// The value of this name. Throws Error{kInvalidArgument} that names all.
template <typename T>
T value_named(std::span<const Named<T>> all, std::string_view option, const std::string& name) {
  std::string names;
  for (const Named<T>& named : all) {
    if (named.name == name) return named.value;
    names += (names.empty() ? "" : ", ") + std::string(named.name);
  }
  refuse_value(option, name, "one of " + names);
}

/// Throws Error{kInvalidArgument} for what is no number, or does not fit into T.
template <typename T>
T parse_number(std::string_view option, const std::string& text) {
  T number = 0;
  const char* const end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || next != end) refuse_value(option, text, "a whole number");
  return number;
}

/// "true" or "false"; "" is false. Throws Error{kInvalidArgument}.
inline bool parse_bool(std::string_view option, const std::string& text) {
  if (!text.empty() && text != "true" && text != "false") refuse_value(option, text, "true or false");
  return text == "true";
}

}  // namespace ntrt::tensorrt
