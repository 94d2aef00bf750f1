// Pooled tensors, as a port offers them: memory of pools that JavaScript sees and that requests use where it is.

#include <cstring>

#include "binding/port.h"
#include "memory/pools.h"

namespace ntrt::binding {
namespace {

/// Who keeps an output of a request that has ended, moved out of it.
std::shared_ptr<void> take_owner(Request& request, size_t position) {
  OutputRequest& output = request.outputs[position];
  for (Buffer& buffer : request.result_buffers) {
    if (buffer.data() == output.view.data) return std::make_shared<Buffer>(std::move(buffer));
  }
  if (!request.results) return std::make_shared<OutputValue>(std::move(output.value));
  // Its rows of what a batch computed; what all of the batch share is not one caller's to write to.
  const BatchLayout& layout = request.engine->options().layout;
  if (layout.output_axes[output.index] != kNoAxis) return request.results;
  auto copy = std::make_shared<Buffer>(host_pool(), output.view.bytes);
  std::memcpy(copy->data(), output.view.data, output.view.bytes);
  output.view.data = copy->data();
  return copy;
}

}  // namespace

/// allocate(pool, bytes, zero): an ArrayBuffer of at least one byte, or undefined where the runtime allows none over
/// native memory.
Napi::Value Port::allocate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Pool& from = pool(info[0].As<Napi::String>().Utf8Value());
  const auto bytes = static_cast<size_t>(info[1].As<Napi::Number>().Int64Value());
  if (bytes == 0) throw Error(Code::kInternal, "a block has at least one byte");
  const std::shared_ptr<MemoryOwner> nobody;
  const MemoryScope scope(nobody, MemoryUse::kUser);
  auto buffer = std::make_shared<Buffer>(from, bytes);
  void* const data = buffer->data();
  if (info[2].As<Napi::Boolean>().Value()) std::memset(data, 0, bytes);
  return {env, pooled_->expose(env, std::make_shared<SharedBlock>(std::move(buffer), data, bytes))};
}

/// isPooled(array): whether it lies in memory that was allocated here, or taken.
Napi::Value Port::is_pooled(const Napi::CallbackInfo& info) {
  ArrayView view;
  return Napi::Boolean::New(info.Env(), view_typed_array(info.Env(), info[0], view) && pooled_->contains(view));
}

/// takePooled(i): output i of the current results as an ArrayBuffer over the memory that it is in, without a copy; what
/// take() and copyOut() are given for it is then ignored. Undefined where it has no bytes, or as in allocate(): then it
/// is taken like any other.
Napi::Value Port::take_pooled(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto position = static_cast<size_t>(info[0].As<Napi::Number>().Uint32Value());
  if (!current_.request) throw Error(Code::kInternal, "there is no result to take");
  Request& request = *current_.request;
  OutputRequest& output = request.outputs.at(position);
  if (output.into || output.view.bytes == 0 || output.view.type == DType::kString) return env.Undefined();
  auto owner = take_owner(request, position);
  auto block = std::make_shared<SharedBlock>(std::move(owner), output.view.data, output.view.bytes);
  napi_value const buffer = pooled_->expose(env, block);
  if (buffer == nullptr) {
    // It will be copied from there.
    output.value = OutputValue(new std::shared_ptr(std::move(block)),
                               [](void* owner) noexcept { delete static_cast<std::shared_ptr<SharedBlock>*>(owner); });
    return env.Undefined();
  }
  output.into = true;
  return {env, buffer};
}

/// releasePooled(buffer): detaches an ArrayBuffer of allocate() or takePooled() and lets its memory go; requests that
/// use it keep it until they have ended.
Napi::Value Port::release_pooled(const Napi::CallbackInfo& info) {
  pooled_->release(info.Env(), info[0]);
  return info.Env().Undefined();
}

/// noteMoved(buffer): somebody else detached it, and nobody has it any more.
Napi::Value Port::note_moved(const Napi::CallbackInfo& info) {
  pooled_->note_moved(info.Env(), info[0]);
  return info.Env().Undefined();
}

}  // namespace ntrt::binding
