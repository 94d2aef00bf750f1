#pragma once
// Tells AddressSanitizer which cached memory nobody may touch. Without it these do nothing.

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define NTRT_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NTRT_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef NTRT_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace ntrt {

inline void poison([[maybe_unused]] const void* data, [[maybe_unused]] size_t bytes) noexcept {
#ifdef NTRT_ADDRESS_SANITIZER
  __asan_poison_memory_region(data, bytes);
#endif
}

inline void unpoison([[maybe_unused]] const void* data, [[maybe_unused]] size_t bytes) noexcept {
#ifdef NTRT_ADDRESS_SANITIZER
  __asan_unpoison_memory_region(data, bytes);
#endif
}

}  // namespace ntrt
