// No bug: memory, streams, events, graphs and pools, used well.
#include "test/standins/seeded/seeded.h"

int main() {
  ntrt::cuda::testing::Seeded s;
  const ntrt::cuda::Event filled = ntrt::cuda::Event::create(s.context);
  const ntrt::cuda::MemoryPool pool = ntrt::cuda::MemoryPool::create(s.context);
  for (int i = 0; i < 100; ++i) {
    const CUdeviceptr address = pool.allocate(4096, s.one);
    s.one.fill(address, static_cast<unsigned char>(i), 4096);
    s.one.copy_on_device(s.memory.get(), address, 4096);
    pool.deallocate(address, s.one);
    filled.record(s.one);
    s.two.wait(filled);
    s.two.copy_to_host(s.bytes(), s.memory.get(), 4096);
    s.two.synchronize();
    if (s.bytes()[4095] != i) return 1;
  }
  ntrt::cuda::StreamCapture capture(s.one);
  s.one.copy_to_device(s.memory.get(), s.bytes(), 64);
  const auto exec = ntrt::cuda::GraphExec::instantiate(capture.finish());
  for (int i = 0; i < 10; ++i) exec.launch(s.one);
  s.one.synchronize();
  return 0;
}
