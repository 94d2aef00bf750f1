// An addon with the bugs that checkers of whole Node.js processes must find. Never shipped; opened by test/checkers
// only.

#include <node_api.h>

#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Bytes {
  Bytes(napi_env env, napi_callback_info info) {
    napi_value argument = nullptr;
    size_t count = 1;
    napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
    napi_get_typedarray_info(env, argument, nullptr, &length, &data, nullptr, nullptr);
  }
  void* data = nullptr;
  size_t length = 0;
};

napi_value number(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

/// overflow(bytes): copies one byte more than it has room for.
napi_value overflow(napi_env env, napi_callback_info info) {
  const Bytes bytes(env, info);
  auto* const copy = static_cast<char*>(std::malloc(bytes.length));
  const volatile size_t one_too_many = bytes.length + 1;
  std::memset(copy, 1, one_too_many);
  const double last = copy[bytes.length - 1];
  std::free(copy);
  return number(env, last);
}

void* kept = nullptr;

/// keep(bytes): keeps the address of memory that belongs to JavaScript. use(): reads there, whoever has it by then.
napi_value keep(napi_env env, napi_callback_info info) {
  kept = Bytes(env, info).data;
  return nullptr;
}
napi_value use(napi_env env, napi_callback_info /*info*/) {
  return number(env, *static_cast<volatile unsigned char*>(kept));
}

/// leak(): a block that nobody frees.
napi_value leak(napi_env env, napi_callback_info /*info*/) {
  void* volatile block = std::malloc(1000);
  std::memset(block, 1, 1000);
  block = nullptr;
  return number(env, 1000);
}

/// allocate(): a string, and nobody catches what happens when there is no memory for it.
napi_value allocate(napi_env env, napi_callback_info /*info*/) {
  const std::string text(100, 'x');
  return number(env, static_cast<double>(text.size()));
}

}  // namespace

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  const auto set = [&](const char* name, napi_callback callback) {
    napi_value function = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  };
  set("overflow", overflow);
  set("keep", keep);
  set("use", use);
  set("leak", leak);
  set("allocate", allocate);
  return exports;
}
