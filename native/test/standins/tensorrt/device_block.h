#pragma once
// Device memory of the library's own.

#include <NvInferRuntime.h>

#include <cstdint>

#include "test/standins/tensorrt/voice.h"

namespace standin {

/// Of the program's allocator where it gave one, else of the driver, in the current context. Move-only.
class DeviceBlock {
 public:
  DeviceBlock() = default;
  /// `ok()` is false, and it was said, where there is no memory.
  DeviceBlock(uint64_t bytes, nvinfer1::IGpuAllocator* allocator, const Voice& voice);
  DeviceBlock(DeviceBlock&& other) noexcept { *this = std::move(other); }
  DeviceBlock& operator=(DeviceBlock&& other) noexcept;
  ~DeviceBlock() { release(); }

  bool ok() const { return bytes_ == 0 || address_ != nullptr; }
  void* address() const { return address_; }
  uint64_t bytes() const { return bytes_; }
  void release();

 private:
  void* address_ = nullptr;
  uint64_t bytes_ = 0;
  nvinfer1::IGpuAllocator* allocator_ = nullptr;
};

}  // namespace standin
