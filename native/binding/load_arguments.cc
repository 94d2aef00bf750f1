#include "binding/load_arguments.h"

#include "binding/staging.h"

namespace ntrt::binding {
namespace {

SharedBytes take_bytes(Napi::Env env, napi_value value) {
  Staging* staging = Staging::from(env, value);
  if (staging == nullptr) throw Error(Code::kInternal, "expected staged bytes");
  auto buffer = std::make_shared<Buffer>(staging->take());
  SharedBytes bytes;
  bytes.view = {static_cast<const std::byte*>(buffer->data()), buffer->size()};
  bytes.owner = std::move(buffer);
  return bytes;
}

/// Reading a property can fail when the worker is being terminated; node-addon-api then gives a value without an
/// environment, and the next use of that ends the process.
void check_alive(napi_status status) {
  if (status != napi_ok) throw Error(Code::kNotOpen, "the environment is ending");
}

napi_value get(napi_env env, napi_value object, const char* key) {
  napi_value value = nullptr;
  check_alive(napi_get_named_property(env, object, key, &value));
  return value;
}

std::string to_text(napi_env env, napi_value value) {
  size_t bytes = 0;
  check_alive(napi_get_value_string_utf8(env, value, nullptr, 0, &bytes));
  std::string text(bytes, '\0');
  check_alive(napi_get_value_string_utf8(env, value, text.data(), bytes + 1, &bytes));
  return text;
}

int64_t to_integer(napi_env env, napi_value value) {
  int64_t number = 0;
  check_alive(napi_get_value_int64(env, value, &number));
  return number;
}

bool to_bool(napi_env env, napi_value value) {
  bool flag = false;
  check_alive(napi_get_value_bool(env, value, &flag));
  return flag;
}

std::string text(const Napi::Object& object, const char* key) {
  return to_text(object.Env(), get(object.Env(), object, key));
}

int64_t integer(const Napi::Object& object, const char* key) {
  return to_integer(object.Env(), get(object.Env(), object, key));
}

template <typename F>
void each_element(napi_env env, napi_value array, F&& visit) {
  uint32_t length = 0;
  check_alive(napi_get_array_length(env, array, &length));
  for (uint32_t i = 0; i < length; ++i) {
    napi_value element = nullptr;
    check_alive(napi_get_element(env, array, i, &element));
    visit(element);
  }
}

template <typename F>
void each_entry(napi_env env, napi_value object, F&& visit) {
  napi_value keys = nullptr;
  check_alive(napi_get_property_names(env, object, &keys));
  each_element(env, keys, [&](napi_value key) {
    napi_value value = nullptr;
    check_alive(napi_get_property(env, object, key, &value));
    visit(to_text(env, key), value);
  });
}

}  // namespace

LoadRequest read_load_arguments(Napi::Env env, napi_value model, const Napi::Object& options) {
  LoadRequest request;
  const Napi::Value source(env, model);
  if (source.IsString()) {
    request.path = to_text(env, model);
  } else {
    request.bytes = take_bytes(env, model);
  }
  each_element(env, get(env, options, "externalData"), [&](napi_value file) {
    request.external_files.push_back({to_text(env, get(env, file, "path")), take_bytes(env, get(env, file, "data"))});
  });
  request.library_path = text(options, "libraryPath");
  const Napi::Object limits(env, get(env, options, "limits"));
  request.policy.limits.nodes = static_cast<uint64_t>(integer(limits, "nodes"));
  request.policy.limits.elements = static_cast<uint64_t>(integer(limits, "elements"));
  request.policy.limits.declared_bytes = static_cast<uint64_t>(integer(limits, "declaredBytes"));
  request.policy.external_data.allow_hard_links = to_bool(env, get(env, limits, "hardLinks"));

  request.backend.threads = static_cast<int>(integer(options, "threads"));
  request.backend.graph_optimization_level = text(options, "graphOptimizationLevel");
  each_entry(env, get(env, options, "freeDimensionOverrides"), [&](std::string key, napi_value value) {
    request.backend.free_dimension_overrides.emplace_back(std::move(key), to_integer(env, value));
  });
  each_entry(env, get(env, options, "sessionConfig"), [&](std::string key, napi_value value) {
    request.backend.session_config.emplace_back(std::move(key), to_text(env, value));
  });
  each_element(env, get(env, options, "customOperators"), [&](napi_value library) {
    request.backend.custom_operator_libraries.push_back(to_text(env, get(env, library, "path")));
  });

  request.engine.name = text(options, "name");
  request.engine.instances = static_cast<int>(integer(options, "instances"));
  request.engine.max_queue = static_cast<size_t>(integer(options, "maxQueue"));
  request.engine.max_queue_bytes = static_cast<size_t>(integer(options, "maxQueueBytes"));
  request.engine.inline_below_us = integer(options, "inlineBelowUs");
  return request;
}

}  // namespace ntrt::binding
