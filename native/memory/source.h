#pragma once
// Where memory comes from. A source is small; caching, statistics and sizes are adaptors that wrap another
// source and are sources themselves, so that features compose:
//
//   Pool "host" = CachingPool -> LimitAdaptor -> StatisticsAdaptor -> HostSource

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ntrt {

/// Every block of every source is aligned to this: a cache line, and what ONNX Runtime asks of an allocator.
inline constexpr size_t kAlignment = 64;

/// No block may be larger; keeps sums of a size and its rounding from overflowing.
inline constexpr size_t kMaxBlockBytes = SIZE_MAX / 4;

/// Owns nothing but what it has cached; adaptors borrow the source below and must die before it.
/// All methods may be called from any thread at the same time. Blocks that are still out when a source dies
/// stay valid only if the sources below it live on.
class MemorySource {
 public:
  MemorySource() = default;
  MemorySource(const MemorySource&) = delete;
  MemorySource& operator=(const MemorySource&) = delete;
  virtual ~MemorySource() = default;

  /// A block of at least `bytes`, aligned to a page of page_bytes(), contents undefined; nullptr for 0 bytes.
  /// Throws Error{kOutOfMemory} with details kind and requestedBytes.
  virtual void* allocate(size_t bytes) = 0;

  /// `bytes` is what was asked for, of which `purged` are given back already; nullptr is ignored.
  virtual void deallocate(void* block, size_t bytes, size_t purged) noexcept = 0;

  /// Addresses for `bytes` without memory behind them: as if all of it had been purged. nullptr where the system
  /// cannot, or has no addresses left. Goes back by deallocate().
  virtual void* reserve(size_t /*bytes*/) noexcept { return nullptr; }

  /// Gives the memory behind whole pages of a block back to the system, while the block keeps its addresses; nobody
  /// may touch them until restore(). Returns the bytes; 0 where the system cannot.
  virtual size_t purge(void* /*pages*/, size_t /*bytes*/) noexcept { return 0; }

  /// Makes purged pages usable again, contents undefined. Throws as allocate().
  virtual void restore(void* /*pages*/, size_t /*bytes*/) {}

  /// A wish: large blocks that are taken from now on should stand on huge pages.
  virtual void use_huge_pages(bool /*use*/) noexcept {}

  /// Gives cached memory back to the system, through the whole chain; returns the number of bytes. May take
  /// milliseconds: not for the JavaScript thread.
  virtual size_t trim() noexcept = 0;
};

/// Throws Error{kOutOfMemory} if `bytes` is more than kMaxBlockBytes.
void check_block_size(size_t bytes);

/// Throws Error{kOutOfMemory} with details kind and requestedBytes; `kind` is the pool's public name: "host", "cuda:0"
/// …
[[noreturn]] void throw_out_of_memory(std::string_view kind, size_t requested_bytes);

}  // namespace ntrt
