// Seeded bug: memory is freed twice.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const ntrt::cuda::ContextScope scope(*s.context);
  ntrt::cuda::driver().mem_free.call(s.memory.get());
  return 0;
}
