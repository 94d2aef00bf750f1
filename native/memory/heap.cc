#include "memory/heap.h"

#include "memory/sanitizer.h"

// Sanitizers bring a malloc of their own. Then glibc's heap has never been used, and two threads that trim it at once
// would be the first to set it up, which it does not expect.
#if defined(__GLIBC__) && !defined(NTRT_ADDRESS_SANITIZER) && !defined(__SANITIZE_THREAD__)
#define NTRT_TRIMS_HEAP 1
#include <malloc.h>
#endif

namespace ntrt {

void trim_heap() noexcept {
#ifdef NTRT_TRIMS_HEAP
  malloc_trim(0);
#endif
  // Elsewhere the allocator does it by itself (macOS, Windows) or has no such call (musl).
}

}  // namespace ntrt
