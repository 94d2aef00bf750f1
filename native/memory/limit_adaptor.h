#pragma once
// A ceiling on what is taken of the system's memory.

#include <atomic>
#include <functional>
#include <utility>

#include "memory/source.h"
#include "memory/statistics.h"

namespace ntrt {

/// Refuses to have more than the limit out. The limit may change at any time; what is out already stays. Borrows
/// `source`; any thread; dies before it.
class LimitAdaptor final : public MemorySource {
 public:
  static constexpr size_t kNoLimit = SIZE_MAX;

  explicit LimitAdaptor(MemorySource& source) : source_(source) {}

  void* allocate(size_t bytes) override;
  void deallocate(void* block, size_t bytes, size_t purged) noexcept override;
  size_t trim() noexcept override { return source_.trim(); }
  void* reserve(size_t bytes) noexcept override { return source_.reserve(bytes); }
  size_t purge(void* pages, size_t bytes) noexcept override;
  void restore(void* pages, size_t bytes) override;

  void set_limit(size_t bytes) noexcept { limit_ = bytes; }
  size_t limit() const noexcept { return limit_; }

  /// Beyond this fraction of the limit `collect` is called with the bytes above it before more is taken; 0: never.
  void set_threshold(double fraction) noexcept { threshold_ = fraction; }
  double threshold() const noexcept { return threshold_; }
  /// Before any other thread uses this.
  void on_threshold(std::function<void(size_t)> collect) { collect_ = std::move(collect); }

 private:
  void collect_garbage(size_t bytes);
  void book(size_t bytes);

  MemorySource& source_;
  std::atomic<size_t> limit_{kNoLimit};
  std::atomic<double> threshold_{0};
  std::function<void(size_t)> collect_;
  ByteCounter booked_;  // before memory is taken, so that two threads cannot go beyond the limit together
};

}  // namespace ntrt
