#pragma once
// Where C++ exceptions end and JavaScript errors begin. Nothing else translates one into the other.

#include <new>
#include <utility>

#include "binding/napi_setup.h"
#include "core/error.h"

namespace ntrt::binding {

/// Makes the JavaScript error of an Error by the factory that the port was given: (code, message, details) => Error.
Napi::Value make_error(Napi::Env env, const Napi::FunctionReference& factory, const Error& error);

/// Runs `body`, which returns a Napi::Value, and turns what it throws into a pending JavaScript exception.
template <typename F>
Napi::Value guarded(Napi::Env env, const Napi::FunctionReference& factory, F&& body) {
  const auto raise = [&](const Error& error) -> Napi::Value {
    const Napi::Value value = make_error(env, factory, error);
    // Empty when JavaScript cannot run any more: the environment is ending and has its own exception pending.
    if (!value.IsEmpty()) napi_throw(env, value);
    return env.Undefined();
  };
  try {
    return std::forward<F>(body)();
  } catch (const Error& error) {
    return raise(error);
  } catch (const std::bad_alloc&) {
    return raise(Error(Code::kOutOfMemory, "out of host memory", {{"kind", "host"}}));
  } catch (const std::exception& error) {
    return raise(Error(Code::kInternal, error.what()));
  }
}

}  // namespace ntrt::binding
