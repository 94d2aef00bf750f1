// Seeded bug: a host function calls the driver.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  s.one.call_host([](void* stream) { ntrt::cuda::driver().stream_query.call(static_cast<CUstream>(stream)); },
                  s.two.get());
  s.one.synchronize();
  return 0;
}
