// Seeded bug: blocks of the pool that nobody gives back. The pool must not keep them reachable.
#include <cstring>

#include "memory/pools.h"
#include "test/sanitizers/opaque.h"

int main() {
  for (int i = 0; i < 100; ++i) std::memset(ntrt::testing::opaque(ntrt::host_pool().allocate(1000)), i, 1000);
  return 0;
}
