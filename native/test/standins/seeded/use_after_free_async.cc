// Seeded bug: a fill of a pool's memory behind its return to the pool.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const ntrt::cuda::MemoryPool pool = ntrt::cuda::MemoryPool::create(s.context);
  const CUdeviceptr address = pool.allocate(4096, s.one);
  pool.deallocate(address, s.one);
  s.one.fill(address, 1, 16);
  return 0;
}
