#pragma once
// Host memory that stays where it is, so that the device copies from and to it by itself.

#include "cuda/owned.h"

namespace ntrt::cuda {

struct PinnedMemoryKind {
  using Handle = void*;
  static void destroy(const Driver& driver, void* address) noexcept { driver.mem_free_host.call(address); }
};

/// For all contexts of the process. Whoever ends it has waited for the copies that use it.
class PinnedMemory : public Owned<PinnedMemoryKind> {
 public:
  enum class Use { kBoth, kToDevice };

  PinnedMemory() = default;
  /// kToDevice: the host only writes it, which some machines then do past their caches; reading it is slow there.
  /// Throws Error{kOutOfMemory}. Slow: milliseconds for some megabytes.
  static PinnedMemory allocate(const ContextPtr& context, size_t bytes, Use use = Use::kBoth);

  size_t bytes() const noexcept { return *this ? bytes_ : 0; }

 private:
  PinnedMemory(ContextPtr context, void* address, size_t bytes) noexcept
      : Owned(std::move(context), address), bytes_(bytes) {}

  size_t bytes_ = 0;
};

}  // namespace ntrt::cuda
