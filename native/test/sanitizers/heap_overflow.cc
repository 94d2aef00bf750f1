// Seeded bug: a read one past the end of a heap block.
#include <cstddef>
#include <vector>

#include "test/sanitizers/opaque.h"

int main() {
  const std::vector<int> values(16, 1);
  return *(values.data() + ntrt::testing::opaque(size_t{16})) == 1 ? 0 : 1;
}
