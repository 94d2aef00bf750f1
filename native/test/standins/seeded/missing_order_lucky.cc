// Seeded bug: the same, but the first is long done when the second comes. A device may be slower.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const ntrt::cuda::Event done = ntrt::cuda::Event::create(s.context);
  s.one.fill(s.memory.get(), 1, 4096);
  while (!s.one.is_idle()) {
  }
  s.one.fill(s.memory.get(), 2, 4096);
  done.record(s.two);
  done.synchronize();
  s.two.copy_to_host(s.bytes(), s.memory.get(), 16);
  return 0;
}
