#pragma once
// An owned block of a pool.

#include <cstddef>
#include <utility>

#include "memory/pools.h"

namespace ntrt {

/// Owns one block and gives it back to its pool when it dies or is moved onto. Move-only; one thread at a
/// time, but it may die on another thread than it was born on. The pool must outlive it. Contents undefined.
class Buffer {
 public:
  Buffer() = default;

  /// Throws Error{kOutOfMemory}. With 0 bytes it is empty and data() is nullptr.
  Buffer(Pool& pool, size_t bytes) : pool_(&pool), data_(pool.allocate(bytes)), size_(bytes) {}

  Buffer(Buffer&& other) noexcept
      : pool_(other.pool_), data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

  Buffer& operator=(Buffer&& other) noexcept {
    if (this != &other) {
      reset();
      pool_ = other.pool_;
      data_ = std::exchange(other.data_, nullptr);
      size_ = std::exchange(other.size_, 0);
    }
    return *this;
  }

  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { reset(); }

  /// Gives the block back now.
  void reset() noexcept {
    if (data_ != nullptr) pool_->deallocate(std::exchange(data_, nullptr), size_);
    size_ = 0;
  }

  void* data() noexcept { return data_; }
  const void* data() const noexcept { return data_; }
  size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  Pool* pool_ = nullptr;
  void* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace ntrt
