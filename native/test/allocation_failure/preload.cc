// The hook as a shared object that is both preloaded into Node.js (LD_PRELOAD), where it replaces operator new, and
// required by a script, which so sets it: arm(n, from, all), disarm(), setModule(path).

#include <dlfcn.h>
#include <node_api.h>

#include <string>

#include "test/allocation_failure/hook.h"

namespace ntrt::testing {
namespace {

constexpr size_t kMaxArguments = 3;

struct Arguments {
  Arguments(napi_env env, napi_callback_info info) {
    size_t count = kMaxArguments;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }
  napi_value values[kMaxArguments] = {};
};

/// arm(n, allFromNth, everybody)
napi_value arm_from_js(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  int64_t n = 0;
  bool all_from_nth = false;
  bool everybody = false;
  napi_get_value_int64(env, arguments.values[0], &n);
  napi_get_value_bool(env, arguments.values[1], &all_from_nth);
  napi_get_value_bool(env, arguments.values[2], &everybody);
  arm(static_cast<size_t>(n), all_from_nth ? Failures::kAllFromNth : Failures::kOne,
      everybody ? Callers::kAll : Callers::kOurs);
  return nullptr;
}

napi_value disarm_from_js(napi_env env, napi_callback_info /*info*/) {
  napi_value counted = nullptr;
  napi_create_int64(env, static_cast<int64_t>(disarm()), &counted);
  return counted;
}

/// setModule(path, symbol): the addon at `path`, which the process has open, is ours.
napi_value set_module_from_js(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  char path[4096];
  size_t length = 0;
  napi_get_value_string_utf8(env, arguments.values[0], path, sizeof(path), &length);
  void* const library = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  void* const entry = library != nullptr ? dlsym(library, "napi_register_module_v1") : nullptr;
  if (entry == nullptr) {
    napi_throw_error(env, nullptr, "setModule: the process has no such addon open");
    return nullptr;
  }
  set_our_module(entry);
  return nullptr;
}

}  // namespace
}  // namespace ntrt::testing

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  namespace t = ntrt::testing;
  const auto set = [&](const char* name, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
  set("arm", t::arm_from_js);
  set("disarm", t::disarm_from_js);
  set("setModule", t::set_module_from_js);
  return exports;
}
