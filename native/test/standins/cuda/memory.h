#pragma once
// Device and pinned memory of all devices. Addresses of device memory are from a range that nobody may touch: the host
// faults there, and the bytes are elsewhere. Addresses are not used again for a long time, so that a use after free is
// told from a use of what came later.

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "test/standins/cuda/clock.h"

namespace standin {

struct Device;
struct Pool;
class Reports;

constexpr uint64_t round_up(uint64_t bytes, uint64_t unit) { return (bytes + unit - 1) / unit * unit; }

enum class BlockKind { kDevice, kPool, kPinned };

/// What an operation did to a part of a block.
struct Access {
  uint64_t begin;
  uint64_t end;
  bool is_write;
  uint32_t lane;
  uint64_t tick;
  const char* what;
};

struct Block {
  uint64_t address;
  size_t bytes;
  BlockKind kind;
  Device* device;
  std::shared_ptr<Pool> pool;
  std::byte* data = nullptr;
  const char* freed_by = nullptr;
  std::vector<Access> accesses;

  ~Block();
  std::string describe() const;
};
using BlockPtr = std::shared_ptr<Block>;

/// The operation that touches memory.
struct Actor {
  const char* what;
  uint32_t lane;
  uint64_t tick;
  const VectorClock* clock;
};

/// Under the state's lock, but for holds().
class Memory {
 public:
  explicit Memory(Reports& reports) : reports_(reports) {}

  /// Null if the host has no memory.
  BlockPtr add(BlockKind kind, Device* device, size_t bytes);
  /// Ends a block. Its bytes stay as long as operations hold them.
  void remove(const BlockPtr& block, const char* by);

  /// The block that has all of [address, address + bytes), alive; otherwise a violation and null.
  BlockPtr find(uint64_t address, size_t bytes, const char* what, bool abort);
  /// The block that begins at `address`, or null with a violation: double-free or foreign-free.
  BlockPtr find_to_free(uint64_t address, const char* what, bool abort);
  /// The pinned block that has the address, or null.
  BlockPtr find_pinned(const void* address, size_t bytes);
  /// Whether an address is one of device memory. Any time, in a signal handler, too.
  bool holds(const void* address) const noexcept;

  /// Notes an access, and reports one that is not ordered with an earlier one. `host` is what the host has seen.
  void touch(Block& block, uint64_t begin, uint64_t bytes, bool is_write, const Actor& actor, const VectorClock& host,
             bool abort);

  const std::map<uint64_t, BlockPtr>& blocks() const { return live_; }

 private:
  uint64_t take_addresses(size_t bytes);

  Reports& reports_;
  std::map<uint64_t, BlockPtr> live_;
  std::map<uint64_t, BlockPtr> freed_;  // without their bytes
  std::deque<uint64_t> freed_order_;
  uint64_t next_ = 0;
};

}  // namespace standin
