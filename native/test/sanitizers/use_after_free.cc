// Seeded bug: a read from a block that was freed.
#include "test/sanitizers/opaque.h"

int main() {
  int* const value = ntrt::testing::opaque(new int(7));
  delete value;
  return *ntrt::testing::opaque(value) == 7 ? 0 : 1;
}
