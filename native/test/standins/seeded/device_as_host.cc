// Seeded bug: a copy to the device whose source is an address of the device.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.copy_to_device(s.memory.get(), reinterpret_cast<const void*>(s.memory.get() + 2048), 16);
  return 0;
}
