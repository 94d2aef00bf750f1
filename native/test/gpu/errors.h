#pragma once
// Errors that must come.

#include <string>
#include <string_view>
#include <variant>

#include "core/error.h"
#include "test/gpu/item.h"

namespace ntrt::gpu {

/// The Error that `action` throws; fails if it throws none.
template <typename Action>
Error error_of(const std::string& what, Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  fail(what + " is no error");
}

/// "OUT_OF_MEMORY: cuMemAlloc failed: …"
inline std::string message(const Error& error) { return std::string(code_name(error.code())) + ": " + error.message(); }

inline const Detail* find_detail(const Error& error, std::string_view key) {
  for (const Detail& detail : error.details()) {
    if (detail.key == key) return &detail;
  }
  return nullptr;
}

inline std::string text_detail(const Error& error, std::string_view key) {
  const Detail* detail = find_detail(error, key);
  const auto* text = detail != nullptr ? std::get_if<std::string>(&detail->value) : nullptr;
  return text != nullptr ? *text : "";
}

inline double number_detail(const Error& error, std::string_view key) {
  const Detail* detail = find_detail(error, key);
  const auto* number = detail != nullptr ? std::get_if<double>(&detail->value) : nullptr;
  return number != nullptr ? *number : 0;
}

}  // namespace ntrt::gpu
