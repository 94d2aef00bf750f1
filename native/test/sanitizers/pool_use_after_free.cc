// Seeded bug: a read from a block that is back in the pool's cache. The cache must not hide it.
#include "memory/buffer.h"
#include "test/sanitizers/opaque.h"

int main() {
  ntrt::Buffer buffer(ntrt::host_pool(), 1000);
  const char* const data = static_cast<char*>(buffer.data());
  buffer.reset();
  return ntrt::testing::opaque(data)[0] == 1 ? 1 : 0;
}
