#include "memory/owner.h"

namespace ntrt {
namespace {

constexpr std::array<std::string_view, kNumMemoryUses> kNames = {"weights", "activations", "staging", "user", "other"};

thread_local const MemoryScope* current = nullptr;

const std::shared_ptr<MemoryOwner> nobody;

}  // namespace

std::string_view memory_use_name(MemoryUse use) noexcept { return kNames[static_cast<size_t>(use)]; }

bool MemoryOwner::try_add(MemoryUse use, size_t bytes) noexcept {
  if (!total_.try_add(bytes, limit_)) return false;
  by_use_[static_cast<size_t>(use)].add(bytes);
  return true;
}

void MemoryOwner::subtract(MemoryUse use, size_t bytes) noexcept {
  by_use_[static_cast<size_t>(use)].subtract(bytes);
  total_.subtract(bytes);
}

void MemoryOwner::reset_peak() noexcept {
  for (ByteCounter& counter : by_use_) counter.reset_peak();
  total_.reset_peak();
}

MemoryScope::MemoryScope(const std::shared_ptr<MemoryOwner>& owner, MemoryUse use) noexcept
    : outer_(current), owner_(owner), use_(use) {
  current = this;
}

MemoryScope::~MemoryScope() { current = outer_; }

const std::shared_ptr<MemoryOwner>& MemoryScope::current_owner() noexcept {
  return current != nullptr ? current->owner_ : nobody;
}

MemoryUse MemoryScope::current_use() noexcept { return current != nullptr ? current->use_ : MemoryUse::kOther; }

}  // namespace ntrt
