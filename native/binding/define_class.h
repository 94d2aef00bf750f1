#pragma once
// How wrapped classes come to JavaScript. node-addon-api's own DefineClass lets C++ exceptions go on into Node.js,
// which ends the process: that of an argument list that finds no memory, say. Here each becomes an error, in one place.
//
// A class T wraps itself (Napi::ObjectWrap<T>) and has
//   static napi_value error_factory(napi_env, FirstArguments)   for errors of its constructor; null where there is none
//   napi_value error_factory() const                            for errors of its methods

#include <array>
#include <initializer_list>
#include <memory>

#include "binding/guard.h"

namespace ntrt::binding {

/// The first two arguments of a constructor; undefined where there are fewer.
using FirstArguments = std::array<napi_value, 2>;

template <typename T>
napi_value call(napi_env env, napi_callback_info info, Napi::Value (T::*method)(const Napi::CallbackInfo&)) noexcept {
  napi_value self = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &self, nullptr);
  T* const object = T::Unwrap(Napi::Object(env, self));
  if (object == nullptr) return nullptr;  // the receiver is none of ours: an exception is pending
  return guarded(
      env, [&] { return object->error_factory(); },
      [&]() -> napi_value {
        const Napi::CallbackInfo arguments(env, info);
        return (object->*method)(arguments);
      });
}

template <auto kMethod>
napi_value call(napi_env env, napi_callback_info info) noexcept {
  return call(env, info, kMethod);
}

template <auto kMethod>
napi_property_descriptor method(const char* name) {
  napi_property_descriptor descriptor{};
  descriptor.utf8name = name;
  descriptor.method = call<kMethod>;
  return descriptor;
}

template <typename T>
napi_value construct(napi_env env, napi_callback_info info) noexcept {
  napi_value self = nullptr;
  FirstArguments first{};
  size_t count = first.size();
  napi_get_cb_info(env, info, &count, first.data(), &self, nullptr);
  return guarded(
      env, [&] { return T::error_factory(env, first); },
      [&] {
        const Napi::CallbackInfo arguments(env, info);
        if (!arguments.IsConstructCall()) throw Error(Code::kInternal, "a class of the addon is called without new");
        auto object = std::make_unique<T>(arguments);
        napi_value exception = nullptr;
        bool failed = false;
        napi_is_exception_pending(env, &failed);
        if (!failed) {
          object.release();  // the JavaScript object owns it
        } else if (napi_get_and_clear_last_exception(env, &exception) == napi_ok) {
          object.reset();  // which takes the wrapping back, and cannot while an exception is pending
          napi_throw(env, exception);
        }
        return self;
      });
}

/// The class as a function of JavaScript's; empty when the environment is ending.
template <typename T>
Napi::Function define_class(Napi::Env env, const char* name, std::initializer_list<napi_property_descriptor> methods) {
  napi_value constructor = nullptr;
  if (napi_define_class(env, name, NAPI_AUTO_LENGTH, construct<T>, nullptr, methods.size(), methods.begin(),
                        &constructor) != napi_ok) {
    return {};
  }
  return {env, constructor};
}

}  // namespace ntrt::binding
