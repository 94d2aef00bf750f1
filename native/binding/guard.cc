#include "binding/guard.h"

namespace ntrt::binding {

Napi::Value make_error(Napi::Env env, const Napi::FunctionReference& factory, const Error& error) {
  Napi::Object details = Napi::Object::New(env);
  for (const Detail& detail : error.details()) {
    if (const auto* number = std::get_if<double>(&detail.value)) {
      details.Set(detail.key, Napi::Number::New(env, *number));
    } else {
      details.Set(detail.key, Napi::String::New(env, std::get<std::string>(detail.value)));
    }
  }
  return factory.Call(
      {Napi::Number::New(env, static_cast<double>(error.code())), Napi::String::New(env, error.message()), details});
}

}  // namespace ntrt::binding
