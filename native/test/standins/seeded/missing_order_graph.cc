// Seeded bug: a graph's branches write the same memory.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const ntrt::cuda::Event forked = ntrt::cuda::Event::create(s.context);
  ntrt::cuda::StreamCapture capture(s.one);
  forked.record(s.one);
  s.two.wait(forked);
  s.one.fill(s.memory.get(), 1, 64);
  s.two.fill(s.memory.get(), 2, 64);
  return 0;
}
