#include "memory/shared_block.h"

#include <algorithm>

namespace ntrt {

std::optional<Access> SharedBlock::conflict(const ByteRange& range, Access access) const {
  const std::lock_guard lock(mutex_);
  for (const Use& use : uses_) {
    const bool excludes = access == Access::kWrite || use.access == Access::kWrite;
    if (excludes && use.range.overlaps(range)) return use.access;
  }
  return std::nullopt;
}

BlockLease::BlockLease(std::shared_ptr<SharedBlock> block, ByteRange range, Access access)
    : block_(std::move(block)), use_{range, access} {
  const std::lock_guard lock(block_->mutex_);
  block_->uses_.push_back(use_);
}

BlockLease& BlockLease::operator=(BlockLease&& other) noexcept {
  if (this != &other) {
    give_back();
    block_ = std::move(other.block_);
    use_ = other.use_;
  }
  return *this;
}

/// Of several leases that are alike, it does not matter whose entry goes.
void BlockLease::give_back() noexcept {
  if (!block_) return;
  {
    const std::lock_guard lock(block_->mutex_);
    auto& uses = block_->uses_;
    uses.erase(std::find(uses.begin(), uses.end(), use_));
  }
  block_.reset();
}

}  // namespace ntrt
