#include "test/standins/cuda/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "test/standins/cuda/report.h"

namespace standin {
namespace {

constexpr size_t kRangeBytes = size_t{1} << 38;
#if defined(__x86_64__)
/// Far below what the system hands out by itself, and among the addresses that ThreadSanitizer lets a program have:
/// near the others there may be no room.
constexpr uintptr_t kWishedAddress = 0x7e9000000000;
#else
constexpr uintptr_t kWishedAddress = 0;
#endif
constexpr size_t kAlign = 512;
constexpr size_t kGuard = 4096;
constexpr size_t kMaxFreed = 65536;
/// What is not written is not zero, as on a device that was used before; but large blocks would take real memory.
constexpr size_t kMaxFill = size_t{4} << 20;
constexpr int kUnwritten = 0xA5;

uint64_t reserve_range() {
  void* const wish = reinterpret_cast<void*>(kWishedAddress);  // NOLINT(performance-no-int-to-ptr)
  void* range = mmap(wish, kRangeBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (range == MAP_FAILED) {
    std::perror("standin: cannot reserve addresses for device memory");
    std::abort();
  }
  return reinterpret_cast<uint64_t>(range);
}

uint64_t range_begin() {
  static const uint64_t kBegin = reserve_range();
  return kBegin;
}

std::string hex(uint64_t value) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

std::string part(uint64_t begin, uint64_t end) {
  return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
}

/// The block of a map at or before the address that reaches beyond it.
BlockPtr block_at(const std::map<uint64_t, BlockPtr>& blocks, uint64_t address) {
  auto next = blocks.upper_bound(address);
  if (next == blocks.begin()) return nullptr;
  const BlockPtr& block = std::prev(next)->second;
  return address < block->address + std::max<size_t>(block->bytes, 1) ? block : nullptr;
}

}  // namespace

Block::~Block() { std::free(data); }

std::string Block::describe() const {
  const char* names[] = {"device", "pool", "pinned"};
  return std::string(names[static_cast<int>(kind)]) + " block " + hex(address) + " of " + std::to_string(bytes) +
         " bytes";
}

uint64_t Memory::take_addresses(size_t bytes) {
  const size_t needed = round_up(bytes, kAlign) + kGuard;
  if (next_ == 0) next_ = range_begin() + kGuard;
  if (next_ + needed > range_begin() + kRangeBytes) {
    std::fprintf(stderr, "standin: 256 GiB of device addresses are used up in this process\n");
    std::abort();
  }
  return std::exchange(next_, next_ + needed);
}

BlockPtr Memory::add(BlockKind kind, Device* device, size_t bytes) {
  auto block = std::make_shared<Block>();
  block->bytes = bytes;
  block->kind = kind;
  block->device = device;
  block->data = static_cast<std::byte*>(std::aligned_alloc(kGuard, round_up(bytes, kGuard)));
  if (block->data == nullptr) return nullptr;
  if (bytes <= kMaxFill) std::memset(block->data, kUnwritten, bytes);
  block->address = kind == BlockKind::kPinned ? reinterpret_cast<uint64_t>(block->data) : take_addresses(bytes);
  freed_.erase(block->address);  // pinned memory is the host's, where addresses come back
  live_[block->address] = block;
  return block;
}

void Memory::remove(const BlockPtr& block, const char* by) {
  live_.erase(block->address);
  block->freed_by = by;
  auto stone = std::make_shared<Block>();
  stone->address = block->address;
  stone->bytes = block->bytes;
  stone->kind = block->kind;
  stone->freed_by = by;
  freed_[block->address] = stone;
  freed_order_.push_back(block->address);
  if (freed_order_.size() > kMaxFreed) {
    freed_.erase(freed_order_.front());
    freed_order_.pop_front();
  }
}

BlockPtr Memory::find(uint64_t address, size_t bytes, const char* what, bool abort) {
  if (BlockPtr block = block_at(live_, address)) {
    if (bytes <= block->bytes - (address - block->address)) return block;
    reports_.add("out-of-bounds",
                 std::string(what) + " of " + std::to_string(bytes) + " bytes at byte " +
                     std::to_string(address - block->address) + " of " + block->describe(),
                 abort);
    return nullptr;
  }
  if (const BlockPtr block = block_at(freed_, address)) {
    reports_.add(
        "use-after-free",
        std::string(what) + " at " + hex(address) + ", in " + block->describe() + " that " + block->freed_by + " freed",
        abort);
    return nullptr;
  }
  reports_.add("out-of-bounds", std::string(what) + " at " + hex(address) + ", which is in no block", abort);
  return nullptr;
}

BlockPtr Memory::find_to_free(uint64_t address, const char* what, bool abort) {
  if (const auto found = live_.find(address); found != live_.end()) return found->second;
  if (const auto found = freed_.find(address); found != freed_.end()) {
    reports_.add("double-free",
                 std::string(what) + " of " + found->second->describe() + " that " + found->second->freed_by + " freed",
                 abort);
    return nullptr;
  }
  reports_.add("foreign-free", std::string(what) + " of " + hex(address) + ", which begins no block", abort);
  return nullptr;
}

BlockPtr Memory::find_pinned(const void* address, size_t bytes) {
  const auto number = reinterpret_cast<uint64_t>(address);
  BlockPtr block = block_at(live_, number);
  if (block == nullptr || block->kind != BlockKind::kPinned) return nullptr;
  return bytes <= block->bytes - (number - block->address) ? block : nullptr;
}

bool Memory::holds(const void* address) const noexcept {
  const auto number = reinterpret_cast<uint64_t>(address);
  return number >= range_begin() && number < range_begin() + kRangeBytes;
}

void Memory::touch(Block& block, uint64_t begin, uint64_t bytes, bool is_write, const Actor& actor,
                   const VectorClock& host, bool abort) {
  const uint64_t end = begin + bytes;
  for (const Access& earlier : block.accesses) {
    const bool overlaps = earlier.begin < end && begin < earlier.end;
    if (!overlaps || (!is_write && !earlier.is_write)) continue;
    if (actor.clock->covers(earlier.lane, earlier.tick)) continue;
    reports_.add("missing-order",
                 std::string(actor.what) + " on lane " + std::to_string(actor.lane) +
                     (is_write ? " writes " : " reads ") + part(begin, end) + " of " + block.describe() +
                     ", of which " + earlier.what + " on lane " + std::to_string(earlier.lane) +
                     (earlier.is_write ? " writes " : " reads ") + part(earlier.begin, earlier.end) +
                     ", and no event or synchronisation orders them",
                 abort);
    break;
  }
  // What the host has seen is before everything that may still come; what this access covers adds nothing to it.
  std::erase_if(block.accesses, [&](const Access& earlier) {
    if (host.covers(earlier.lane, earlier.tick)) return true;
    const bool is_covered = begin <= earlier.begin && earlier.end <= end && (is_write || !earlier.is_write);
    return is_covered && actor.clock->covers(earlier.lane, earlier.tick);
  });
  block.accesses.push_back({begin, end, is_write, actor.lane, actor.tick, actor.what});
}

}  // namespace standin
