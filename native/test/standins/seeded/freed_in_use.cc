// Seeded bug: memory is freed while a stream may use it.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.fill(s.memory.get(), 1, 4096);
  s.memory.reset();
  return 0;
}
