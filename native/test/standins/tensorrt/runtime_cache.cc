#include "test/standins/tensorrt/runtime_cache.h"

#ifdef TRT_MAJOR_RTX

#include <array>
#include <cstring>

#include "test/standins/tensorrt/builder.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/plan.h"

namespace standin {
namespace {

struct CacheHeader {
  std::array<char, 16> magic{};
  std::array<int32_t, 4> version{};
  std::array<char, 16> uuid{};
  int32_t driver = 0;
  int32_t reserved = 0;
  uint64_t bytes = 0;
  uint64_t sum = 0;
};

constexpr std::array<char, 16> kCacheMagic = {"STANDIN CACHE 1"};

/// For these entries, on the current context's device.
CacheHeader cache_header(std::string_view entries) {
  CacheHeader header{kCacheMagic, library_version(), {}, 0, 0, entries.size(), checksum(entries)};
  const Driver* const driver = Driver::find();
  CUdevice device = 0;
  CUuuid uuid{};
  if (driver == nullptr || driver->ctx_get_device(&device) != CUDA_SUCCESS) return header;
  driver->device_get_uuid(&uuid, device);
  driver->driver_get_version(&header.driver);
  std::memcpy(header.uuid.data(), uuid.bytes, header.uuid.size());
  return header;
}

/// "" where the driver, here or when the cache was written, is one that it is for.
const char* mismatch_of(const CacheHeader& given, const CacheHeader& here) {
  constexpr int kMajor = 1000;
  if (given.magic != here.magic || given.bytes != here.bytes || given.sum != here.sum) return "damaged";
  if (given.version != here.version) return "of another version";
  if (given.uuid != here.uuid) return "of another GPU";
  if (given.driver > here.driver || given.driver / kMajor != here.driver / kMajor) return "of another driver";
  return "";
}

std::set<std::string> read_entries(std::string_view text) {
  std::set<std::string> entries;
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    entries.emplace(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return entries;
}

}  // namespace

nvinfer1::IHostMemory* RuntimeCache::serialize() const noexcept {
  if (!call("serializeRuntimeCache")) return nullptr;
  const std::string entries = compiled_->text();
  const CacheHeader header = cache_header(entries);
  return new HostMemory(std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + entries);
}

bool RuntimeCache::deserialize(const void* blob, size_t size) noexcept {
  const auto refuse = [&](const std::string& why) {
    return voice_.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, "the runtime cache is " + why);
  };
  CacheHeader header;
  if (size < sizeof(header)) return refuse("truncated");
  std::memcpy(&header, blob, sizeof(header));
  const std::string_view entries(static_cast<const char*>(blob) + sizeof(header), size - sizeof(header));
  if (const std::string why = mismatch_of(header, cache_header(entries)); !why.empty()) return refuse(why);
  compiled_->replace(read_entries(entries));
  return true;
}

bool RuntimeCache::reset() noexcept {
  compiled_->replace({});
  return true;
}

nvinfer1::IRuntimeCache* RuntimeConfig::createRuntimeCache() const noexcept {
  return call("createRuntimeCache") ? new RuntimeCache(voice_) : nullptr;
}

bool RuntimeConfig::setRuntimeCache(const nvinfer1::IRuntimeCache& cache) noexcept {
  if (!call("setRuntimeCache")) return false;
  cache_ = const_cast<RuntimeCache*>(static_cast<const RuntimeCache*>(&cache));
  return true;
}

}  // namespace standin

#endif
