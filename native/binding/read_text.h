#pragma once
// Values of JavaScript's by raw Node-API, with the status checked.

#include <string>

#include "binding/napi_setup.h"
#include "core/error.h"

namespace ntrt::binding {

/// Reading a property can fail when the worker is being terminated; node-addon-api then gives a value without an
/// environment, and the next use of that ends the process.
inline void check_alive(napi_status status) {
  if (status != napi_ok) throw Error(Code::kNotOpen, "the environment is ending");
}

inline std::string to_text(napi_env env, napi_value value) {
  size_t bytes = 0;
  check_alive(napi_get_value_string_utf8(env, value, nullptr, 0, &bytes));
  std::string text(bytes, '\0');
  check_alive(napi_get_value_string_utf8(env, value, text.data(), bytes + 1, &bytes));
  return text;
}

}  // namespace ntrt::binding
