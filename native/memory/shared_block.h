#pragma once
// Memory that JavaScript sees as an array while requests read and write it where it is.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace ntrt {

enum class Access : uint8_t { kRead, kWrite };

/// A part of a block, in bytes.
struct ByteRange {
  size_t first = 0;
  size_t bytes = 0;

  bool operator==(const ByteRange&) const = default;
  bool overlaps(const ByteRange& other) const noexcept {
    return first < other.first + other.bytes && other.first < first + bytes;
  }
};

/// Owned jointly by the array of JavaScript's and the leases of requests; the memory goes back, on whatever thread that
/// is, with the last of them. Its contents are nobody's business here: who leases a part says only what for.
class SharedBlock {
 public:
  /// `owner` keeps the memory: a Buffer, a result of a backend's, the results of a batch.
  SharedBlock(std::shared_ptr<void> owner, void* data, size_t bytes) noexcept
      : owner_(std::move(owner)), data_(static_cast<std::byte*>(data)), bytes_(bytes) {}
  SharedBlock(const SharedBlock&) = delete;
  SharedBlock& operator=(const SharedBlock&) = delete;

  std::byte* data() const noexcept { return data_; }
  size_t bytes() const noexcept { return bytes_; }

  /// What the part is in use for, if `access` to it has to wait for that: anything keeps a write out, a write anything.
  std::optional<Access> conflict(const ByteRange& range, Access access) const;

 private:
  friend class BlockLease;
  struct Use {
    ByteRange range;
    Access access;

    bool operator==(const Use&) const = default;
  };

  const std::shared_ptr<void> owner_;
  std::byte* const data_;
  const size_t bytes_;
  mutable std::mutex mutex_;
  std::vector<Use> uses_;  // guarded by mutex_
};

/// Keeps a block, and says what a part of it is in use for, until it dies; that may be on another thread. It does not
/// look for conflicts: only the thread that has the array takes leases, so it asks first.
class BlockLease {
 public:
  /// Throws std::bad_alloc.
  BlockLease(std::shared_ptr<SharedBlock> block, ByteRange range, Access access);
  BlockLease(BlockLease&& other) noexcept = default;
  BlockLease& operator=(BlockLease&& other) noexcept;
  BlockLease(const BlockLease&) = delete;
  BlockLease& operator=(const BlockLease&) = delete;
  ~BlockLease() { give_back(); }

  Access access() const noexcept { return use_.access; }
  bool overlaps(const SharedBlock& block, const ByteRange& range) const noexcept {
    return block_.get() == &block && use_.range.overlaps(range);
  }

 private:
  void give_back() noexcept;

  std::shared_ptr<SharedBlock> block_;
  SharedBlock::Use use_;
};

}  // namespace ntrt
