// Seeded bug: a copy on one stream reads what another stream writes, and nothing orders them.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.fill(s.memory.get(), 1, 4096);
  s.two.copy_to_host(s.bytes(), s.memory.get(), 16);
  s.two.synchronize();
  return 0;
}
