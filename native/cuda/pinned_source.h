#pragma once
// Pinned host memory as a MemorySource, aligned to a page.

#include "cuda/context.h"
#include "memory/source.h"

namespace ntrt::cuda {

/// Each block from the driver, which takes milliseconds: a caching pool belongs around it. Whoever gives a block back
/// has waited for the copies that use it.
class PinnedSource final : public MemorySource {
 public:
  explicit PinnedSource(ContextPtr context) : context_(std::move(context)) {}

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override;
  size_t trim() noexcept override { return 0; }

 private:
  ContextPtr context_;
};

}  // namespace ntrt::cuda
