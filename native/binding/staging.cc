#include "binding/staging.h"

#include <algorithm>
#include <cstring>

#include "binding/guard.h"
#include "binding/port.h"
#include "binding/tensor_argument.h"

namespace ntrt::binding {

Napi::Function Staging::define(Napi::Env env) {
  return DefineClass(env, "NativeStaging", {InstanceMethod<&Staging::copy>("copy")});
}

Staging::Staging(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Staging>(info) {
  info.This().As<Napi::Object>().TypeTag(&kStagingTag);
  port_ = Port::from(info.Env(), info[0]);
  if (port_ == nullptr) {
    Napi::TypeError::New(info.Env(), "NativeStaging: expected a port").ThrowAsJavaScriptException();
    return;
  }
  port_object_ = Napi::Persistent(info[0].As<Napi::Object>());
  port_->guard(info.Env(), [&]() -> Napi::Value {
    buffer_ = Buffer(host_pool(), static_cast<size_t>(info[1].As<Napi::Number>().Int64Value()));
    return info.Env().Undefined();
  });
}

Staging* Staging::from(Napi::Env env, napi_value value) {
  bool tagged = false;
  if (napi_check_object_type_tag(env, value, &kStagingTag, &tagged) != napi_ok || !tagged) return nullptr;
  return Unwrap(Napi::Object(env, value));
}

Napi::Value Staging::copy(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return port_->guard(env, [&]() -> Napi::Value {
    ArrayView view;
    if (!view_typed_array(env, info[0], view)) throw Error(Code::kInvalidArgument, "expected a typed array");
    if (view.bytes != buffer_.size()) throw size_error("", buffer_.size(), view.bytes);
    const auto offset = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
    const auto limit = static_cast<size_t>(info[2].As<Napi::Number>().Int64Value());
    if (offset > view.bytes) throw Error(Code::kInternal, "offset past the end");
    const size_t bytes = std::min(limit, view.bytes - offset);
    if (bytes > 0)
      std::memcpy(static_cast<std::byte*>(buffer_.data()) + offset, static_cast<std::byte*>(view.data) + offset, bytes);
    return Napi::Number::New(env, static_cast<double>(offset + bytes));
  });
}

}  // namespace ntrt::binding
