// Seeded bug: two threads count without a lock.
#include <thread>

namespace {
int counter = 0;
void count() {
  for (int i = 0; i < 1000; ++i) ++counter;
}
}  // namespace

int main() {
  std::thread other(count);
  count();
  other.join();
  return counter > 0 ? 0 : 1;
}
