// Seeded bug: blocks of the pool that nobody gives back.
#include <cstdio>
#include <cstring>

#include "test/sanitizers/opaque.h"
#include "test/support/pool_leaks.h"

int main() {
  for (int i = 0; i < 3; ++i) std::memset(ntrt::testing::opaque(ntrt::host_pool().allocate(1000)), i, 1000);
  const std::string leaks = ntrt::testing::pool_leaks();
  std::fputs(leaks.c_str(), stderr);
  return leaks.empty() ? 0 : 1;
}
