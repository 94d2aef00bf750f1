#include "memory/heap.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace ntrt {

void trim_heap() noexcept {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  // Elsewhere the allocator does it by itself (macOS, Windows) or has no such call (musl).
}

}  // namespace ntrt
