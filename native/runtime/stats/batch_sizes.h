#pragma once
// How many batches there were of each size.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>

namespace ntrt {

/// Any thread. Grows with the number of different sizes.
class BatchSizes {
 public:
  void record(size_t rows) noexcept {
    const std::lock_guard lock(mutex_);
    try {
      ++counts_[rows];
    } catch (const std::bad_alloc&) {
      // One batch fewer in the statistics.
    }
  }

  std::map<size_t, uint64_t> snapshot() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<size_t, uint64_t> counts_;  // guarded by mutex_
};

}  // namespace ntrt
