#include "binding/libraries.h"

#include <string>

#include "backends/tensorrt/loader/library.h"
#include "binding/guard.h"
#include "binding/read_text.h"
#include "core/shared_library.h"

namespace ntrt::binding {
namespace {

using tensorrt::Flavour;

Flavour flavour_of(const std::string& name) {
  for (const Flavour flavour : {Flavour::kTensorRt, Flavour::kTensorRtLean, Flavour::kTensorRtRtx}) {
    if (tensorrt::info_of(flavour).name == name) return flavour;
  }
  throw Error(Code::kInternal, "there is no flavour " + name);
}

/// A parser that is not beside its library is left to the system's loader, which may not have it.
bool can_open(const std::string& parser) {
  const bool is_found = parser.empty() || parser.find_first_of("/\\") != std::string::npos;
  if (is_found) return true;
  try {
    return load_symbol(parser, "getNvOnnxParserVersion") != nullptr;
  } catch (const Error&) {
    return false;
  }
}

Napi::Object library_object(Napi::Env env, const tensorrt::Library& library) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("path", library.path);
  object.Set("parser", can_open(library.parser) ? library.parser : "");
  object.Set("version", to_string(library.version));
  return object;
}

napi_value find_tensorrt(napi_env raw_env, napi_callback_info info) noexcept {
  return guarded(
      raw_env, [] { return nullptr; },
      [&]() -> napi_value {
        size_t count = 1;
        napi_value argument = nullptr;
        check_alive(napi_get_cb_info(raw_env, info, &count, &argument, nullptr, nullptr));
        const auto search = tensorrt::find_library(flavour_of(to_text(raw_env, argument)));
        const Napi::Env env(raw_env);
        Napi::Object result = Napi::Object::New(env);
        result.Set("found", search ? Napi::Value(library_object(env, *search.found)) : env.Null());
        Napi::Array tried = Napi::Array::New(env);
        for (uint32_t i = 0; i < search.attempts.size(); ++i) {
          Napi::Object attempt = Napi::Object::New(env);
          attempt.Set("path", search.attempts[i].path);
          attempt.Set("cause", search.attempts[i].cause);
          tried.Set(i, attempt);
        }
        result.Set("tried", tried);
        return result;
      });
}

}  // namespace

void define_libraries(Napi::Env env, Napi::Object exports) {
  napi_value function = nullptr;
  check_alive(napi_create_function(env, "findTensorRt", NAPI_AUTO_LENGTH, find_tensorrt, nullptr, &function));
  exports.Set("findTensorRt", function);
}

}  // namespace ntrt::binding
