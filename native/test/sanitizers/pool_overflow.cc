// Seeded bug: a write one past the end of a pool's block, as the backend would do with a wrong shape.
#include "memory/buffer.h"
#include "test/sanitizers/opaque.h"

int main() {
  constexpr size_t kBytes = 4096 - 64;  // with the pool's header a whole size class
  ntrt::Buffer buffer(ntrt::host_pool(), kBytes);
  static_cast<char*>(buffer.data())[ntrt::testing::opaque(kBytes)] = 1;
  return 0;
}
