// Seeded bug: a copy of one byte more than there is.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.fill(s.memory.get() + 1, 1, 4096);
  return 0;
}
