#include "memory/snapshot_json.h"

#include <array>
#include <cstdio>
#include <map>
#include <utility>

#include "core/json_quote.h"

namespace ntrt {
namespace {

/// Writes JSON with its commas.
class JsonWriter {
 public:
  std::string take() { return std::move(text_); }

  void open(char bracket) {
    comma();
    text_ += bracket;
    fresh_ = true;
  }
  void close(char bracket) {
    text_ += bracket;
    fresh_ = false;
  }
  JsonWriter& key(std::string_view name) {
    comma();
    text_ += json_quote(name);
    text_ += ':';
    fresh_ = true;
    return *this;
  }
  void text(std::string_view value) {
    comma();
    text_ += json_quote(value);
  }
  void number(uint64_t value) {
    comma();
    text_ += std::to_string(value);
  }
  void number(double value) {
    comma();
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.6g", value);
    text_ += digits.data();
  }
  void word(std::string_view value) {  // true, false, null
    comma();
    text_ += value;
  }

 private:
  void comma() {
    if (!std::exchange(fresh_, false)) text_ += ',';
  }

  std::string text_;
  bool fresh_ = true;
};

/// Numbers owners in the order in which they are met.
class Owners {
 public:
  using Key = std::pair<const MemoryOwner*, MemoryUse>;
  struct Entry {
    MemoryTag tag;
    uint64_t blocks = 0;
  };

  size_t index(const MemoryTag& tag) {
    const auto [at, is_new] = indices_.try_emplace({tag.owner.get(), tag.use}, entries_.size());
    if (is_new) entries_.push_back({tag, 0});
    return at->second;
  }
  Entry& entry(size_t index) { return entries_[index]; }
  const std::vector<Entry>& all() const { return entries_; }

 private:
  std::map<Key, size_t> indices_;
  std::vector<Entry> entries_;
};

void write_bytes(JsonWriter& json, const ByteStats& bytes) {
  json.open('{');
  json.key("current").number(bytes.current);
  json.key("peak").number(bytes.peak);
  json.key("allocated").number(bytes.allocated);
  json.key("freed").number(bytes.freed);
  json.close('}');
}

void write_block(JsonWriter& json, const BlockSnapshot& block, Owners& owners) {
  const bool is_active = block.requested > 0;
  json.open('{');
  json.key("offset").number(uint64_t{block.offset});
  json.key("bytes").number(uint64_t{block.bytes});
  json.key("state").text(is_active ? "active" : "free");
  json.key("requestedBytes").number(uint64_t{block.requested});
  json.key("owner");
  if (is_active && block.tag.owner) {
    const size_t owner = owners.index(block.tag);
    ++owners.entry(owner).blocks;
    json.number(uint64_t{owner});
  } else {
    json.word("null");
  }
  json.close('}');
}

std::string_view room_name(Room room) {
  constexpr std::array<std::string_view, kNumRooms> kNames = {"small", "large", "small weights", "large weights"};
  return kNames[static_cast<size_t>(room)];
}

void write_segment(JsonWriter& json, const SegmentSnapshot& segment, Owners& owners) {
  std::array<char, 32> address{};
  std::snprintf(address.data(), address.size(), "%p", segment.base);
  json.open('{');
  json.key("id").number(uint64_t{segment.id});
  json.key("address").text(address.data());
  json.key("bytes").number(uint64_t{segment.bytes});
  json.key("purgedBytes").number(uint64_t{segment.purged_bytes});
  json.key("kind").text(room_name(segment.room));
  json.key("hugePages").word(segment.huge_pages ? "true" : "false");
  json.key("node");
  if (segment.node == kNoNode) {
    json.word("null");
  } else {
    json.number(uint64_t{static_cast<unsigned>(segment.node)});
  }
  json.key("blocks").open('[');
  for (const BlockSnapshot& block : segment.blocks) write_block(json, block, owners);
  json.close(']');
  json.close('}');
}

void write_event(JsonWriter& json, const MemoryEvent& event, Owners& owners) {
  json.open('{');
  json.key("timeMs").number(std::chrono::duration<double, std::milli>(event.time).count());
  json.key("action").text(memory_action_name(event.action));
  json.key("segment").number(uint64_t{event.segment});
  json.key("offset").number(uint64_t{event.offset});
  json.key("bytes").number(uint64_t{event.bytes});
  json.key("owner");
  if (event.tag.owner) {
    json.number(uint64_t{owners.index(event.tag)});
  } else {
    json.word("null");
  }
  json.close('}');
}

void write_owners(JsonWriter& json, const Owners& owners) {
  json.open('[');
  for (const Owners::Entry& entry : owners.all()) {
    const MemoryOwner& owner = *entry.tag.owner;
    json.open('{');
    json.key("engine");
    if (owner.name().empty()) {
      json.word("null");
    } else {
      json.text(owner.name());
    }
    json.key("use").text(memory_use_name(entry.tag.use));
    write_bytes(json.key("allocatedBytes"), owner.bytes(entry.tag.use));
    json.key("blocks").number(entry.blocks);
    json.close('}');
  }
  json.close(']');
}

}  // namespace

std::string snapshot_json(const Pool& pool) {
  const PoolSnapshot snapshot = pool.snapshot();
  const Pool::Policy policy = pool.policy();
  Owners owners;
  JsonWriter json;
  json.open('{');
  json.key("name").text(pool.name());
  json.key("limitBytes");
  if (pool.limit() == LimitAdaptor::kNoLimit) {
    json.word("null");
  } else {
    json.number(uint64_t{pool.limit()});
  }
  json.key("policy").open('{');
  json.key("trimIdleMs").number(static_cast<uint64_t>(policy.trim_idle.count()));
  json.key("gcThreshold").number(policy.gc_threshold);
  json.key("hugePages").word(policy.huge_pages ? "true" : "false");
  json.close('}');
  json.key("segments").open('[');
  for (const SegmentSnapshot& segment : snapshot.segments) write_segment(json, segment, owners);
  json.close(']');
  json.key("history").open('[');
  for (const MemoryEvent& event : snapshot.history) write_event(json, event, owners);
  json.close(']');
  for (const auto& owner : MemoryOwner::listed()) {
    for (int use = 0; use < kNumMemoryUses; ++use) {
      const MemoryTag tag{owner, static_cast<MemoryUse>(use)};
      if (owner->bytes(tag.use).allocated > 0) owners.index(tag);
    }
  }
  write_owners(json.key("owners"), owners);
  json.close('}');
  return json.take();
}

}  // namespace ntrt
