#include "test/standins/tensorrt/device_block.h"

#include <string>
#include <utility>

#include "test/standins/tensorrt/driver.h"

namespace standin {

DeviceBlock::DeviceBlock(uint64_t bytes, nvinfer1::IGpuAllocator* allocator, const Voice& voice)
    : bytes_(bytes), allocator_(allocator) {
  if (bytes == 0) return;
  constexpr uint64_t kAlignment = 256;
  if (allocator != nullptr) {
    address_ = allocator->allocateAsync(bytes, kAlignment, 0, nullptr);
  } else if (const Driver* driver = Driver::find()) {
    CUdeviceptr pointer = 0;
    if (driver->mem_alloc(&pointer, bytes) == CUDA_SUCCESS) address_ = reinterpret_cast<void*>(pointer);
  }
  if (address_ == nullptr) {
    voice.error(nvinfer1::ErrorCode::kFAILED_ALLOCATION, "no device memory for " + std::to_string(bytes) + " bytes");
  }
}

DeviceBlock& DeviceBlock::operator=(DeviceBlock&& other) noexcept {
  if (this == &other) return *this;
  release();
  address_ = std::exchange(other.address_, nullptr);
  bytes_ = std::exchange(other.bytes_, 0);
  allocator_ = std::exchange(other.allocator_, nullptr);
  return *this;
}

void DeviceBlock::release() {
  void* const address = std::exchange(address_, nullptr);
  if (address == nullptr) return;
  if (allocator_ != nullptr) {
    allocator_->deallocateAsync(address, nullptr);
  } else {
    Driver::find()->mem_free(reinterpret_cast<CUdeviceptr>(address));
  }
}

}  // namespace standin
