// Seeded bug: a sum beyond the largest int.
#include <climits>

#include "test/sanitizers/opaque.h"

int main() {
  const int sum = ntrt::testing::opaque(INT_MAX) + ntrt::testing::opaque(1);
  return ntrt::testing::opaque(sum) == 0 ? 1 : 0;
}
