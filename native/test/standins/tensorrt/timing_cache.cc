#include "test/standins/tensorrt/timing_cache.h"

#include <array>
#include <cstring>
#include <string>

#include "test/standins/tensorrt/builder.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/plan.h"

namespace standin {
namespace {

struct TimingHeader {
  std::array<char, 16> magic{};
  std::array<int32_t, 4> version{};
  int32_t compute_capability = 0;
  uint32_t num_entries = 0;
};

constexpr std::array<char, 16> kTimingMagic = {"STANDIN TIMING\n"};

}  // namespace

TimingCache::TimingCache(const Voice& voice, std::string_view bytes) : compute_capability_(build_compute_capability()) {
  if (!bytes.empty() && !read(bytes))
    voice.warn("Not a timing cache of this version. Returning an empty timing cache.");
}

bool TimingCache::read(std::string_view bytes) {
  TimingHeader header;
  if (bytes.size() < sizeof(header)) return false;
  std::memcpy(&header, bytes.data(), sizeof(header));
  const bool is_whole = bytes.size() == sizeof(header) + header.num_entries * sizeof(uint64_t);
  if (header.magic != kTimingMagic || header.version != library_version() || !is_whole) return false;
  compute_capability_ = header.compute_capability;
  for (uint32_t i = 0; i < header.num_entries; ++i) {
    uint64_t entry = 0;
    std::memcpy(&entry, bytes.data() + sizeof(header) + i * sizeof(entry), sizeof(entry));
    add(entry);
  }
  return true;
}

nvinfer1::IHostMemory* TimingCache::serialize() const noexcept {
  const TimingHeader header{kTimingMagic, library_version(), compute_capability_,
                            static_cast<uint32_t>(entries_.size())};
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  for (const uint64_t entry : entries_) bytes.append(reinterpret_cast<const char*>(&entry), sizeof(entry));
  return new HostMemory(std::move(bytes));
}

bool TimingCache::combine(const nvinfer1::ITimingCache& other, bool ignores_mismatch) noexcept {
  const auto& given = static_cast<const TimingCache&>(other);
  if (!ignores_mismatch && given.compute_capability_ != compute_capability_) return false;
  entries_.insert(given.entries_.begin(), given.entries_.end());
  return true;
}

bool TimingCache::reset() noexcept {
  entries_.clear();
  return true;
}

bool TimingCache::is_of_this_device() const { return compute_capability_ == build_compute_capability(); }

}  // namespace standin
