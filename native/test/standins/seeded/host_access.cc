// Seeded bug: the host reads at an address of device memory.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const auto* const address = reinterpret_cast<const volatile unsigned char*>(s.memory.get());
  return *address == 1 ? 1 : 2;
}
