// Seeded bug: a block that nobody frees.
#include <cstdlib>
#include <cstring>

#include "test/sanitizers/opaque.h"

int main() {
  for (int i = 0; i < 100; ++i) std::memset(ntrt::testing::opaque(std::malloc(1000)), i, 1000);
  return 0;
}
