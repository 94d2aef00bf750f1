#pragma once
// What JavaScript prepares for a request over several turns of the event loop: a native buffer that it fills piece by
// piece and then gives away, to a request as an input, or to a load as a model; or a lease on pooled memory. Memory that a user can see is only ever touched by its own JavaScript thread, so a large input is
// copied in slices, a slice per turn of the event loop, and a detached or resized one is noticed before each.
//
// Lives on the JavaScript thread; what it holds moves out with take().

#include <optional>
#include <utility>

#include "binding/define_class.h"
#include "binding/tensor_argument.h"
#include "memory/buffer.h"
#include "memory/shared_block.h"

namespace ntrt::binding {

class Port;

class Staging final : public Napi::ObjectWrap<Staging> {
 public:
  static Napi::Function define(Napi::Env env);

  /// (port, bytes, engine?): a buffer, on the account of the engine. Throws OUT_OF_MEMORY.
  /// (port, array, 'inputs' or 'into', name): a lease on the pooled memory that the array lies in. Throws BUSY.
  explicit Staging(const Napi::CallbackInfo& info);

  static napi_value error_factory(napi_env env, const FirstArguments& arguments);
  napi_value error_factory() const;

  /// The object behind `value`, or null.
  static Staging* from(Napi::Env env, napi_value value);

  Buffer take() noexcept { return std::move(buffer_); }
  size_t size() const noexcept { return buffer_.size(); }

  /// Gives the lease away, with the array's memory in `view`; nothing if this is a buffer.
  std::optional<BlockLease> take_lease(ArrayView& view) noexcept {
    view = view_;
    return std::exchange(lease_, std::nullopt);
  }

 private:
  /// copy(array, offset, maxBytes): copies array[offset, offset + maxBytes) in bytes; returns the new offset.
  /// The array must still have as many bytes as this buffer, else INVALID_ARGUMENT (reason detached-or-resized).
  Napi::Value copy(const Napi::CallbackInfo& info);
  /// drop(): gives what it holds back now, not when it is collected.
  Napi::Value drop(const Napi::CallbackInfo& info);

  Port* port_ = nullptr;
  Napi::ObjectReference port_object_;  // keeps port_ alive
  Buffer buffer_;
  std::optional<BlockLease> lease_;
  ArrayView view_;  ///< of the lease
};

}  // namespace ntrt::binding
