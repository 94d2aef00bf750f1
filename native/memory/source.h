#pragma once
// Where memory comes from. A source is small; caching, statistics and sizes are adaptors that wrap another
// source and are sources themselves, so that features compose:
//
//   Pool "host" = Statistics (users) -> Header -> CachingPool -> Statistics (system) -> HostSource
//
// Statistics need nothing of the interface but the byte count on both sides of a block's life: the same
// adaptor above a cache counts what users hold, below it what was taken from the system.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ntrt {

/// Every block of every source is aligned to this: a cache line, and what ONNX Runtime asks of an allocator.
inline constexpr size_t kAlignment = 64;

/// No block may be larger; keeps sums of a size and its rounding from overflowing.
inline constexpr size_t kMaxBlockBytes = SIZE_MAX / 4;

/// Owns nothing but the blocks that it has cached; adaptors borrow the source below and must die before it.
/// All methods may be called from any thread at the same time. Blocks that are still out when a source dies
/// stay valid only if the sources below it live on.
class MemorySource {
 public:
  MemorySource() = default;
  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;
  virtual ~MemorySource() = default;

  /// A block of at least `bytes`, aligned to kAlignment, contents undefined; nullptr for 0 bytes.
  /// Throws Error{kOutOfMemory} with details kind and requestedBytes.
  virtual void* allocate(size_t bytes) = 0;

  /// `bytes` is what was asked for; nullptr is ignored.
  virtual void deallocate(void* block, size_t bytes) noexcept = 0;

  /// Gives cached memory back to the system, through the whole chain; returns the number of bytes. May take
  /// milliseconds: not for the JavaScript thread.
  virtual size_t trim() noexcept = 0;
};

/// Throws Error{kOutOfMemory} if `bytes` is more than kMaxBlockBytes.
void check_block_size(size_t bytes);

/// Throws Error{kOutOfMemory}; `kind` is the pool's public name: "host", "cuda:0" …
[[noreturn]] void throw_out_of_memory(std::string_view kind, size_t requested_bytes);

}  // namespace ntrt
