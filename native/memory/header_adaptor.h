#pragma once
// Lets a block be freed by its address alone, for callers that do not keep sizes (ONNX Runtime's Free).

#include "memory/source.h"

namespace ntrt {

/// Puts a header of one alignment unit in front of every block, which holds the block's size and a mark.
/// Borrows `source`; any thread; dies before `source`. For memory that the CPU can write only.
/// size_of() recognises most blocks that are freed twice or are not ours, and under AddressSanitizer any touch of
/// a freed block is reported. This is a net for bugs, not a defence: it reads the bytes before the address.
class HeaderAdaptor final : public MemorySource {
 public:
  static constexpr size_t kHeaderBytes = kAlignment;

  explicit HeaderAdaptor(MemorySource& source) : source_(source) {}

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes) noexcept override;
  size_t trim() noexcept override { return source_.trim(); }

  /// What was asked for when `block` was allocated; 0 for nullptr and for what is no live block of ours.
  static size_t size_of(const void* block) noexcept;

 private:
  MemorySource& source_;
};

}  // namespace ntrt
