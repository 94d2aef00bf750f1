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

std::string text(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::String>().Utf8Value(); }

int64_t integer(const Napi::Object& object, const char* key) { return object.Get(key).As<Napi::Number>().Int64Value(); }

template <typename F>
void each_entry(const Napi::Object& object, F&& visit) {
  const Napi::Array keys = object.GetPropertyNames();
  for (uint32_t i = 0; i < keys.Length(); ++i) {
    const Napi::Value key = keys.Get(i);
    visit(key.As<Napi::String>().Utf8Value(), object.Get(key));
  }
}

}  // namespace

LoadRequest read_load_arguments(Napi::Env env, napi_value model, const Napi::Object& options) {
  LoadRequest request;
  const Napi::Value source(env, model);
  if (source.IsString()) {
    request.path = source.As<Napi::String>().Utf8Value();
  } else {
    request.bytes = take_bytes(env, model);
  }
  const auto files = options.Get("externalData").As<Napi::Array>();
  for (uint32_t i = 0; i < files.Length(); ++i) {
    const auto file = files.Get(i).As<Napi::Object>();
    request.external_files.push_back({text(file, "path"), take_bytes(env, file.Get("data"))});
  }
  request.library_path = text(options, "libraryPath");

  request.backend.threads = static_cast<int>(integer(options, "threads"));
  request.backend.graph_optimization_level = text(options, "graphOptimizationLevel");
  each_entry(options.Get("freeDimensionOverrides").As<Napi::Object>(), [&](std::string key, const Napi::Value& value) {
    request.backend.free_dimension_overrides.emplace_back(std::move(key), value.As<Napi::Number>().Int64Value());
  });
  each_entry(options.Get("sessionConfig").As<Napi::Object>(), [&](std::string key, const Napi::Value& value) {
    request.backend.session_config.emplace_back(std::move(key), value.As<Napi::String>().Utf8Value());
  });

  request.engine.name = text(options, "name");
  request.engine.instances = static_cast<int>(integer(options, "instances"));
  request.engine.max_queue = static_cast<size_t>(integer(options, "maxQueue"));
  request.engine.max_queue_bytes = static_cast<size_t>(integer(options, "maxQueueBytes"));
  request.engine.inline_below_us = integer(options, "inlineBelowUs");
  return request;
}

}  // namespace ntrt::binding
