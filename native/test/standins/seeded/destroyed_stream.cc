// Seeded bug: work for a stream that was destroyed.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const CUstream handle = s.one.get();
  s.one.reset();
  ntrt::cuda::driver().stream_synchronize.call(handle);
  return 0;
}
