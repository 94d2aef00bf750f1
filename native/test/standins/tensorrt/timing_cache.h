#pragma once
// ITimingCache: one entry for each model that was built with it.

#include <cstdint>
#include <set>
#include <string_view>

#include "loud.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

/// Bytes: a magic, the version of the library, the compute capability, the number of entries and these.
class TimingCache final : public nvinfer1::loud::TimingCache {
 public:
  /// Empty where the bytes are none of this version, with a warning; no bytes are an empty one without.
  TimingCache(const Voice& voice, std::string_view bytes);

  nvinfer1::IHostMemory* serialize() const noexcept override;
  bool combine(const nvinfer1::ITimingCache& other, bool ignores_mismatch) noexcept override;
  bool reset() noexcept override;

  /// Whether it was not there.
  bool add(uint64_t entry) { return entries_.insert(entry).second; }
  bool is_of_this_device() const;

 private:
  bool read(std::string_view bytes);

  int32_t compute_capability_;
  std::set<uint64_t> entries_;
};

}  // namespace standin
