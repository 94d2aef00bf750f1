#include "binding/staging.h"

#include <algorithm>
#include <cstring>

#include "binding/define_class.h"
#include "binding/native_engine.h"
#include "binding/port.h"
#include "binding/read_text.h"
#include "binding/tensor_argument.h"

namespace ntrt::binding {

Napi::Function Staging::define(Napi::Env env) {
  return define_class<Staging>(env, "NativeStaging", {method<&Staging::copy>("copy"), method<&Staging::drop>("drop")});
}

Staging::Staging(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Staging>(info) {
  info.This().As<Napi::Object>().TypeTag(&kStagingTag);
  port_ = Port::from(info.Env(), info[0]);
  if (port_ == nullptr) throw Error(Code::kInternal, "NativeStaging: expected a port");
  port_object_ = Napi::Persistent(info[0].As<Napi::Object>());
  if (info.Length() < 4) {
    const NativeEngine* engine = info.Length() == 3 ? NativeEngine::from(info.Env(), info[2]) : nullptr;
    const std::shared_ptr<MemoryOwner> owner =
        engine != nullptr && engine->handle() ? engine->handle()->options().memory : nullptr;
    const MemoryScope scope(owner, MemoryUse::kStaging);
    buffer_ = Buffer(host_pool(), static_cast<size_t>(info[1].As<Napi::Number>().Int64Value()));
    return;
  }
  const std::string group = to_text(info.Env(), info[2]);
  const Access access = group == "into" ? Access::kWrite : Access::kRead;
  if (view_typed_array(info.Env(), info[1], view_))
    lease_ = port_->pooled().lease(view_, access, {}, group, to_text(info.Env(), info[3]));
  if (!lease_) throw Error(Code::kInvalidArgument, "expected an array in pooled memory");
}

napi_value Staging::error_factory(napi_env env, const FirstArguments& arguments) {
  const Port* port = Port::from(env, arguments[0]);
  return port != nullptr ? port->error_factory() : nullptr;
}

napi_value Staging::error_factory() const { return port_->error_factory(); }

Staging* Staging::from(Napi::Env env, napi_value value) {
  return has_tag(env, value, kStagingTag) ? Unwrap(Napi::Object(env, value)) : nullptr;
}

Napi::Value Staging::copy(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
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
}

Napi::Value Staging::drop(const Napi::CallbackInfo& info) {
  buffer_.reset();
  lease_.reset();
  return info.Env().Undefined();
}

}  // namespace ntrt::binding
