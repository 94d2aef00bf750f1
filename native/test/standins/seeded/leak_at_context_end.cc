// Seeded bug: the context ends, and memory is left in it.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  CUdeviceptr address = 0;
  {
    const ntrt::cuda::ContextScope scope(*s.context);
    ntrt::cuda::driver().mem_alloc.call(&address, 1000);
  }
  return 0;
}
