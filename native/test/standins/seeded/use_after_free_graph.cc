// Seeded bug: a graph is launched after memory that it uses was freed.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  ntrt::cuda::StreamCapture capture(s.one);
  s.one.fill(s.memory.get(), 1, 64);
  const auto exec = ntrt::cuda::GraphExec::instantiate(capture.finish());
  s.memory.reset();
  exec.launch(s.one);
  return 0;
}
