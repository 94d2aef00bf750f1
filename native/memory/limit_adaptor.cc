#include "memory/limit_adaptor.h"

namespace ntrt {

/// As PYTORCH_CUDA_ALLOC_CONF's garbage_collection_threshold: what is cached goes before the limit is near.
void LimitAdaptor::collect_garbage(size_t bytes) {
  const size_t limit = limit_;
  const double fraction = threshold_;
  if (limit == kNoLimit || fraction <= 0) return;
  const auto target = static_cast<size_t>(fraction * static_cast<double>(limit));
  const size_t wanted = booked_.snapshot().current + bytes;
  if (wanted > target && collect_) collect_(wanted - target);
}

void LimitAdaptor::book(size_t bytes) {
  if (!booked_.try_add(bytes, limit_)) throw_out_of_memory("limited", bytes);
}

void* LimitAdaptor::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  collect_garbage(bytes);
  book(bytes);
  try {
    return source_.allocate(bytes);
  } catch (...) {
    booked_.subtract(bytes);
    throw;
  }
}

void LimitAdaptor::deallocate(void* block, size_t bytes, size_t purged) noexcept {
  if (block == nullptr) return;
  source_.deallocate(block, bytes, purged);
  booked_.subtract(bytes - purged);
}

size_t LimitAdaptor::purge(void* pages, size_t bytes) noexcept {
  const size_t purged = source_.purge(pages, bytes);
  booked_.subtract(purged);
  return purged;
}

void LimitAdaptor::restore(void* pages, size_t bytes) {
  book(bytes);
  try {
    source_.restore(pages, bytes);
  } catch (...) {
    booked_.subtract(bytes);
    throw;
  }
}

}  // namespace ntrt
