#include "binding/guard.h"

namespace ntrt::binding {

Napi::Value make_error(Napi::Env env, napi_value factory, const Error& error) {
  if (factory == nullptr) {
    napi_value value = nullptr;
    napi_create_error(env, Napi::String::New(env, std::string(code_name(error.code()))),
                      Napi::String::New(env, error.message()), &value);
    return {env, value};
  }
  Napi::Object details = Napi::Object::New(env);
  for (const Detail& detail : error.details()) {
    if (const auto* number = std::get_if<double>(&detail.value)) {
      details.Set(detail.key, Napi::Number::New(env, *number));
    } else {
      details.Set(detail.key, Napi::String::New(env, std::get<std::string>(detail.value)));
    }
  }
  return Napi::Function(env, factory)
      .Call({Napi::Number::New(env, static_cast<double>(error.code())), Napi::String::New(env, error.message()),
             details});
}

}  // namespace ntrt::binding
