// Many threads at the same time, each with its own work, results checked: above all for ThreadSanitizer.
#include <random>
#include <thread>
#include <vector>

#include "cuda/cuda_error.h"
#include "cuda/device_memory.h"
#include "cuda/graph.h"
#include "cuda/memory_pool.h"
#include "cuda/pinned_memory.h"
#include "test/cuda/standin_driver.h"

namespace ntrt::cuda {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 60;
constexpr size_t kBytes = 1000;

/// What one thread does: bytes through a pool's memory and a second stream, and now and then through a graph.
class Worker {
 public:
  Worker(const ContextPtr& context, const MemoryPool& pool, unsigned seed)
      : context_(context), pool_(pool), random_(seed) {}

  int run() {
    for (int i = 0; i < kRounds; ++i) {
      const auto value = static_cast<unsigned char>(random_());
      if (random_() % 4 == 0) {
        through_graph(value);
      } else {
        through_pool(value);
      }
      if (bytes()[0] != value || bytes()[kBytes - 1] != value) ++num_wrong_;
    }
    return num_wrong_;
  }

 private:
  unsigned char* bytes() const { return static_cast<unsigned char*>(pinned_.get()); }

  void through_pool(unsigned char value) {
    const CUdeviceptr address = pool_.allocate(kBytes, one_);
    one_.fill(address, value, kBytes);
    filled_.record(one_);
    two_.wait(filled_);
    two_.copy_to_host(bytes(), address, kBytes);
    copied_.record(two_);
    one_.wait(copied_);
    pool_.deallocate(address, one_);
    if (random_() % 2 == 0) {
      one_.synchronize();
    } else {
      while (!two_.is_idle()) std::this_thread::yield();
    }
  }

  void through_graph(unsigned char value) {
    const DeviceMemory memory = DeviceMemory::allocate(context_, kBytes);
    one_.synchronize();
    StreamCapture capture(one_);
    one_.fill(memory.get(), value, kBytes);
    one_.copy_to_host(bytes(), memory.get(), kBytes);
    const GraphExec exec = GraphExec::instantiate(capture.finish());
    exec.launch(one_);
    exec.launch(one_);
    one_.synchronize();
  }

  const ContextPtr& context_;
  const MemoryPool& pool_;
  std::mt19937 random_;
  int num_wrong_ = 0;
  Stream one_ = Stream::create(context_);
  Stream two_ = Stream::create(context_);
  Event filled_ = Event::create(context_);
  Event copied_ = Event::create(context_);
  PinnedMemory pinned_ = PinnedMemory::allocate(context_, kBytes);
};

using StormTest = testing::CudaTest;

TEST_F(StormTest, ThreadsGetTheirOwnBytes) {
  const MemoryPool pool = MemoryPool::create(context);
  std::vector<int> wrong(kThreads, -1);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] { wrong[i] = Worker(context, pool, i).run(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(kThreads, 0));
  context->synchronize();
  EXPECT_EQ(pool.stats().used_bytes, 0U);
}

}  // namespace
}  // namespace ntrt::cuda
