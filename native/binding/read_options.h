#pragma once
// Options in objects of JavaScript's, which the TypeScript side has validated. All throw Error{kNotOpen} where the
// environment is ending.

#include <cstdint>
#include <string>

#include "binding/napi_setup.h"
#include "binding/read_text.h"

namespace ntrt::binding {

inline napi_value get(napi_env env, napi_value object, const char* key) {
  napi_value value = nullptr;
  check_alive(napi_get_named_property(env, object, key, &value));
  return value;
}

inline int64_t to_integer(napi_env env, napi_value value) {
  int64_t number = 0;
  check_alive(napi_get_value_int64(env, value, &number));
  return number;
}

inline bool to_bool(napi_env env, napi_value value) {
  bool flag = false;
  check_alive(napi_get_value_bool(env, value, &flag));
  return flag;
}

inline std::string text(const Napi::Object& object, const char* key) {
  return to_text(object.Env(), get(object.Env(), object, key));
}

inline int64_t integer(const Napi::Object& object, const char* key) {
  return to_integer(object.Env(), get(object.Env(), object, key));
}

template <typename F>
void each_element(napi_env env, napi_value array, F&& visit) {
  uint32_t length = 0;
  check_alive(napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    check_alive(napi_get_element(env, array, i, &element));
    visit(element);
  }
}

template <typename F>
void each_entry(napi_env env, napi_value object, F&& visit) {
  napi_value keys = nullptr;
  check_alive(napi_get_property_names(env, object, &keys));
  each_element(env, keys, [&](napi_value key) {
    napi_value value = nullptr;
    check_alive(napi_get_property(env, object, key, &value));
    visit(to_text(env, key), value);
  });
}

inline double to_number(napi_env env, napi_value value) {
  double number = 0;
  check_alive(napi_get_value_double(env, value, &number));
  return number;
}

}  // namespace ntrt::binding
