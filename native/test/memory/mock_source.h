#pragma once
// A source for tests: real memory, every call recorded, failures on demand.

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <mutex>

#include "memory/host_source.h"
#include "memory/owner.h"
#include "memory/source.h"

namespace ntrt::testing {

inline constexpr size_t kMiB = size_t{1} << 20;
inline const MemoryTag kWeights{nullptr, MemoryUse::kWeights};

/// Fails the test when a block comes back twice, with another size, or not at all. Any thread.
class MockSource final : public MemorySource {
 public:
  ~MockSource() override { EXPECT_EQ(live_.size(), 0U) << "blocks that never came back"; }

  void* allocate(size_t bytes) override {
    const std::lock_guard lock(mutex_);
    ++num_allocs_;
    EXPECT_GT(bytes, 0U) << "an adaptor passed an empty allocation on";
    if (num_allocs_ >= fail_first_ && num_allocs_ <= fail_last_) throw_out_of_memory("mock", bytes);
    if (capacity_ - live_bytes_ < bytes) throw_out_of_memory("mock", bytes);
    void* block = host_.allocate(bytes);
    live_[block] = bytes;
    live_bytes_ += bytes;
    return block;
  }

  void deallocate(void* block, size_t bytes, size_t purged) noexcept override {
    const std::lock_guard lock(mutex_);
    const auto entry = live_.find(block);
    ASSERT_NE(entry, live_.end()) << "not a live block of this source";
    EXPECT_EQ(entry->second, bytes) << "given back with another size";
    live_bytes_ -= entry->second - purged;
    host_.deallocate(block, entry->second, purged);
    live_.erase(entry);
    ++num_frees_;
  }

  void* reserve(size_t bytes) noexcept override {
    const std::lock_guard lock(mutex_);
    if (!can_reserve_) return nullptr;
    void* addresses = host_.reserve(bytes);
    live_[addresses] = bytes;
    return addresses;
  }

  size_t purge(void* pages, size_t bytes) noexcept override {
    const std::lock_guard lock(mutex_);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pages) % page_bytes(), 0U);
    EXPECT_EQ(bytes % page_bytes(), 0U);
    if (!can_purge_) return 0;
    live_bytes_ -= bytes;
    return host_.purge(pages, bytes);
  }

  void restore(void* pages, size_t bytes) override {
    const std::lock_guard lock(mutex_);
    ++num_restores_;
    if (capacity_ - live_bytes_ < bytes) throw_out_of_memory("mock", bytes);
    host_.restore(pages, bytes);
    live_bytes_ += bytes;
  }

  size_t trim() noexcept override {
    const std::lock_guard lock(mutex_);
    ++num_trims_;
    return trim_result_;
  }

  /// Calls first..last to allocate() fail, counted from 1.
  void fail_calls(uint64_t first, uint64_t last) { fail_first_ = first, fail_last_ = last; }
  /// At most this many bytes may be out at a time.
  void set_capacity(size_t bytes) { capacity_ = bytes; }
  void set_can_purge(bool can) { can_purge_ = can; }
  void set_can_reserve(bool can) { can_reserve_ = can; }
  void set_trim_result(size_t bytes) { trim_result_ = bytes; }

  uint64_t num_allocs() const { return num_allocs_; }
  uint64_t num_frees() const { return num_frees_; }
  uint64_t num_trims() const { return num_trims_; }
  uint64_t num_restores() const { return num_restores_; }
  size_t live_bytes() const { return live_bytes_; }

 private:
  HostSource host_;
  std::mutex mutex_;
  std::map<void*, size_t> live_;  // guarded by mutex_, as are the counters
  size_t live_bytes_ = 0;
  size_t capacity_ = SIZE_MAX;
  size_t trim_result_ = 0;
  uint64_t num_allocs_ = 0;
  uint64_t num_frees_ = 0;
  uint64_t num_trims_ = 0;
  uint64_t num_restores_ = 0;
  bool can_purge_ = true;
  bool can_reserve_ = false;
  uint64_t fail_first_ = 1;
  uint64_t fail_last_ = 0;
};

inline bool is_aligned(const void* block) { return reinterpret_cast<uintptr_t>(block) % kAlignment == 0; }

}  // namespace ntrt::testing
