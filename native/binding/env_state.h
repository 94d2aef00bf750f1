#pragma once
// What one environment has one of: the constructors of the wrapped classes. Dies with the environment.

#include "binding/napi_setup.h"

namespace ntrt::binding {

struct EnvState {
  Napi::FunctionReference engine;

  static EnvState& of(Napi::Env env) { return *env.GetInstanceData<EnvState>(); }
};

}  // namespace ntrt::binding
