#pragma once
// What the driver made in a context, and its end: the part that stream, event, graph and memory have in common.

#include <utility>

#include "cuda/context.h"

namespace ntrt::cuda {

/// `Kind` has a type Handle, which is a pointer or an address, and destroy(driver, handle). Move-only; empty after a
/// move. Its end never throws, and ignores what the driver says: after a sticky error everything fails, this as well.
template <typename Kind>
class Owned {
 public:
  using Handle = typename Kind::Handle;

  Owned() = default;
  Owned(ContextPtr context, Handle handle) noexcept : context_(std::move(context)), handle_(handle) {}
  Owned(Owned&& other) noexcept : context_(std::move(other.context_)), handle_(std::exchange(other.handle_, {})) {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      reset();
      context_ = std::move(other.context_);
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Owned() { reset(); }

  Handle get() const noexcept { return handle_; }
  const ContextPtr& context() const noexcept { return context_; }
  explicit operator bool() const noexcept { return handle_ != Handle{}; }

  void reset() noexcept {
    if (handle_ == Handle{}) return;
    {
      const QuietContextScope scope(*context_);
      Kind::destroy(context_->driver(), std::exchange(handle_, {}));
    }
    context_.reset();
  }

 protected:
  const Driver& driver() const noexcept { return context_->driver(); }

 private:
  ContextPtr context_;
  Handle handle_{};
};

}  // namespace ntrt::cuda
