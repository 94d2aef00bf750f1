// Seeded bug: a context is retained until the end of the process, with memory in it.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  new ntrt::cuda::DeviceMemory(ntrt::cuda::DeviceMemory::allocate(s.context, 1000));
  return 0;
}
