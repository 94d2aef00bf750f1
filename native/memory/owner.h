#pragma once
// Whose memory it is, and what for: every block of a pool carries both.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "memory/statistics.h"

namespace ntrt {

enum class MemoryUse : uint8_t {
  kWeights = 0,  ///< what a model holds while it is loaded
  kActivations,  ///< what a run needs until it ends, results included
  kStaging,      ///< copies of inputs, buffers of batches, states of sequences
  kUser,         ///< tensors that JavaScript asked for
  kOther,        ///< on a thread that nobody had told what it works for
};

inline constexpr int kNumMemoryUses = 5;

/// "weights", "activations" …
std::string_view memory_use_name(MemoryUse use) noexcept;

/// Counts what one engine holds, over all pools, and may limit it. Shared: its blocks keep it alive. Any thread.
/// Those that are listed are in the snapshots of pools also while they hold nothing.
class MemoryOwner {
 public:
  static constexpr size_t kNoLimit = SIZE_MAX;

  explicit MemoryOwner(std::string name, size_t limit = kNoLimit) : name_(std::move(name)), limit_(limit) {}

  static std::shared_ptr<MemoryOwner> make_listed(std::string name, size_t limit);
  static std::vector<std::shared_ptr<MemoryOwner>> listed();

  const std::string& name() const noexcept { return name_; }
  size_t limit() const noexcept { return limit_; }

  /// False if that would be more than the limit; then nothing is counted.
  bool try_add(MemoryUse use, size_t bytes) noexcept;
  void subtract(MemoryUse use, size_t bytes) noexcept;

  ByteStats bytes(MemoryUse use) const noexcept { return by_use_[static_cast<size_t>(use)].snapshot(); }
  ByteStats total() const noexcept { return total_.snapshot(); }

 private:
  const std::string name_;
  const size_t limit_;
  std::array<ByteCounter, kNumMemoryUses> by_use_;
  ByteCounter total_;
};

/// On whose account a block goes; without an owner it is nobody's in particular.
struct MemoryTag {
  std::shared_ptr<MemoryOwner> owner;
  MemoryUse use = MemoryUse::kOther;
};

/// What this thread allocates while this lives, it allocates for `owner`: the way to name the owner to code that knows
/// nothing of owners, such as ONNX Runtime. Nests; must die on the thread that made it. Borrows `owner`.
class MemoryScope {
 public:
  MemoryScope(const std::shared_ptr<MemoryOwner>& owner, MemoryUse use) noexcept;
  ~MemoryScope();
  MemoryScope(const MemoryScope&) = delete;
  MemoryScope& operator=(const MemoryScope&) = delete;

  /// Of this thread.
  static const std::shared_ptr<MemoryOwner>& current_owner() noexcept;
  static MemoryUse current_use() noexcept;

 private:
  const MemoryScope* const outer_;
  const std::shared_ptr<MemoryOwner>& owner_;
  const MemoryUse use_;
};

}  // namespace ntrt
