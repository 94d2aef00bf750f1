// Seeded bug: two streams copy into the same pinned memory.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.copy_to_host(s.bytes(), s.memory.get(), 64);
  s.two.copy_to_host(s.bytes() + 63, s.memory.get(), 64);
  return 0;
}
