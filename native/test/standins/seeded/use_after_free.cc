// Seeded bug: a copy from memory that was freed.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const CUdeviceptr address = s.memory.get();
  s.memory.reset();
  s.one.copy_to_host(s.bytes(), address, 16);
  return 0;
}
