#pragma once
// Where C++ exceptions end and JavaScript errors begin. Nothing else translates one into the other.

#include <utility>

#include "binding/napi_setup.h"
#include "core/error.h"

namespace ntrt::binding {

/// Makes the JavaScript error of an Error by the factory that a port was given: (code, message, details) => Error.
/// Without one (null) a plain Error with that code.
Napi::Value make_error(Napi::Env env, napi_value factory, const Error& error);

/// Runs `body`, which returns a napi_value, and turns what it throws into a pending JavaScript exception.
template <typename Factory, typename F>
napi_value guarded(Napi::Env env, Factory&& factory, F&& body) noexcept {
  try {
    return std::forward<F>(body)();
  } catch (...) {
    const Napi::Value value = make_error(env, std::forward<Factory>(factory)(), Error::current());
    // Empty when JavaScript cannot run any more: the environment is ending and has its own exception pending.
    if (!value.IsEmpty()) napi_throw(env, value);
    return nullptr;
  }
}

}  // namespace ntrt::binding
