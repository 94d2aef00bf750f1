#pragma once
// What one environment has one of: the constructors of the wrapped classes, and the pooled memory that it sees. Dies
// with the environment.

#include <memory>

#include "binding/napi_setup.h"
#include "binding/pooled_memory.h"

namespace ntrt::binding {

struct EnvState {
  Napi::FunctionReference engine;
  const std::shared_ptr<PooledMemory> pooled = std::make_shared<PooledMemory>();

  static EnvState& of(Napi::Env env) { return *env.GetInstanceData<EnvState>(); }
};

}  // namespace ntrt::binding
