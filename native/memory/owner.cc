#include "memory/owner.h"

#include <mutex>

namespace ntrt {
namespace {

constexpr std::array<std::string_view, kNumMemoryUses> kNames = {"weights", "activations", "staging", "user", "other"};

thread_local const MemoryScope* current = nullptr;

const std::shared_ptr<MemoryOwner> kNobody;

/// Never destroyed: threads may still be closing engines while static destructors run at exit.
struct List {
  std::mutex mutex;
  std::vector<std::weak_ptr<MemoryOwner>> owners;  // guarded by mutex
};

List& list() {
  static List& list = *new List;
  return list;
}

}  // namespace

std::shared_ptr<MemoryOwner> MemoryOwner::make_listed(std::string name, size_t limit) {
  auto owner = std::make_shared<MemoryOwner>(std::move(name), limit);
  List& all = list();
  const std::lock_guard lock(all.mutex);
  std::erase_if(all.owners, [](const auto& other) { return other.expired(); });
  all.owners.push_back(owner);
  return owner;
}

std::vector<std::shared_ptr<MemoryOwner>> MemoryOwner::listed() {
  List& all = list();
  const std::lock_guard lock(all.mutex);
  std::vector<std::shared_ptr<MemoryOwner>> owners;
  for (const auto& weak : all.owners) {
    if (auto owner = weak.lock()) owners.push_back(std::move(owner));
  }
  return owners;
}

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

MemoryScope::MemoryScope(const std::shared_ptr<MemoryOwner>& owner, MemoryUse use) noexcept
    : outer_(current), owner_(owner), use_(use) {
  current = this;
}

MemoryScope::~MemoryScope() { current = outer_; }

const std::shared_ptr<MemoryOwner>& MemoryScope::current_owner() noexcept {
  return current != nullptr ? current->owner_ : kNobody;
}

MemoryUse MemoryScope::current_use() noexcept { return current != nullptr ? current->use_ : MemoryUse::kOther; }

}  // namespace ntrt
