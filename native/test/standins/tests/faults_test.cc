// Faults on demand, and what is left of a context that is lost.
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "cuda/cuda_error.h"
#include "cuda/device_memory.h"
#include "cuda/device_source.h"
#include "cuda/graph.h"
#include "cuda/pinned_memory.h"
#include "test/cuda/standin_driver.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

using testing::Setting;

class FaultsTest : public testing::CudaTest {
 protected:
  int allocations_until_failure(int limit) {
    for (int i = 1; i <= limit; ++i) {
      try {
        DeviceMemory::allocate(context, 16);
      } catch (const Error&) {
        return i;
      }
    }
    return 0;
  }
};

TEST_F(FaultsTest, TheNthCallFailsAndTheNextDoesNot) {
  for (int n = 1; n <= 5; ++n) {
    const Setting faults("STANDIN_FAULTS", "cuMemAlloc:nth=" + std::to_string(n));
    EXPECT_EQ(allocations_until_failure(10), n);
    EXPECT_EQ(allocations_until_failure(10), 0);
  }
}

TEST_F(FaultsTest, AllCallsFromTheNthFail) {
  const Setting faults("STANDIN_FAULTS", "cuMemAlloc:nth=3,from");
  EXPECT_EQ(allocations_until_failure(10), 3);
  EXPECT_EQ(allocations_until_failure(10), 1);
}

TEST_F(FaultsTest, ProbabilitiesRepeatWithTheSeed) {
  const auto run = [&] {
    const Setting faults("STANDIN_FAULTS", "cuMemAlloc:p=0.2");
    return std::array{allocations_until_failure(100), allocations_until_failure(100), allocations_until_failure(100)};
  };
  const auto first = run();
  EXPECT_EQ(run(), first);
  EXPECT_GT(first[0] + first[1] + first[2], 3);
}

TEST_F(FaultsTest, ACallCanFailWithAnyStatus) {
  const Setting faults("STANDIN_FAULTS", "cuStreamCreateWithPriority:code=801;cuMemAlloc:nth=2");
  try {
    Stream::create(context);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kUnsupported);
  }
  EXPECT_EQ(allocations_until_failure(10), 2);
}

TEST_F(FaultsTest, AHungCallReturnsWhenItIsReleased) {
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const Stream stream = Stream::create(context);
  const Setting faults("STANDIN_FAULTS", "cuStreamSynchronize:hang");
  std::atomic<bool> is_back = false;
  std::thread waiting([&] {
    stream.synchronize();
    is_back = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(is_back);
  testing::release_hangs_until([&] { return is_back.load(); });
  waiting.join();
}

TEST_F(FaultsTest, AHungOperationNeverEnds) {
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const Stream stream = Stream::create(context);
  const Setting faults("STANDIN_FAULTS", "cuMemsetD8Async:run,hang");
  stream.fill(memory.get(), 1, 16);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(stream.is_idle());
  testing::release_hangs_until([&] { return stream.is_idle(); });
}

/// A context that is lost stays so for the life of its process: these run in children.
class LostContextTest : public ::testing::Test {
 protected:
  template <typename Body>
  void in_child(const std::string& faults, Body body) {
    EXPECT_EXIT(
        {
          STANDIN(standin_set)("STANDIN_ON_VIOLATION", "abort");
          setenv("NODE_TENSORRT_CUDA_LIBRARY", built::kStandinCuda, 1);
          STANDIN(standin_set)("STANDIN_FAULTS", faults.c_str());
          body(PrimaryContext::retain(driver(), {0}));
          std::exit(::testing::Test::HasFailure() ? 1 : 0);
        },
        ::testing::ExitedWithCode(0), "^$");
  }
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

template <typename Action>
Code code_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return Code::kInternal;
}

TEST_F(LostContextTest, AStickyErrorOfAnOperationComesAtTheNextWaitAndAtAllCallsAfter) {
  in_child("cuMemsetD8Async:run,code=700", [](const ContextPtr& context) {
    const Stream stream = Stream::create(context);
    const Stream other = Stream::create(context);
    const DeviceMemory memory = DeviceMemory::allocate(context, 16);
    const PinnedMemory pinned = PinnedMemory::allocate(context, 16);
    stream.fill(memory.get(), 1, 16);
    EXPECT_EQ(code_of([&] { stream.synchronize(); }), Code::kDeviceLost);
    EXPECT_EQ(code_of([&] { other.synchronize(); }), Code::kDeviceLost);
    EXPECT_EQ(code_of([&] { DeviceMemory::allocate(context, 16); }), Code::kDeviceLost);
    EXPECT_EQ(code_of([&] { other.copy_to_host(pinned.get(), memory.get(), 16); }), Code::kDeviceLost);
    EXPECT_EQ(code_of([&] { PrimaryContext::retain(driver(), {0}); }), Code::kDeviceLost);
  });
}

TEST_F(LostContextTest, EverythingEndsQuietlyAfterAStickyError) {
  in_child("cuMemcpyHtoDAsync:nth=2,code=719", [](const ContextPtr& context) {
    const Stream stream = Stream::create(context);
    const DeviceMemory memory = DeviceMemory::allocate(context, 16);
    const PinnedMemory pinned = PinnedMemory::allocate(context, 16);
    const MemoryPool pool = MemoryPool::create(context);
    const Event event = Event::create(context);
    DeviceSource source(context);
    void* const block = source.allocate(100);
    const CUdeviceptr pooled = pool.allocate(16, stream);
    StreamCapture capture(stream);
    stream.copy_to_device(memory.get(), pinned.get(), 16);
    const GraphExec exec = GraphExec::instantiate(capture.finish());
    EXPECT_EQ(code_of([&] { stream.copy_to_device(memory.get(), pinned.get(), 16); }), Code::kDeviceLost);
    pool.deallocate(pooled, stream);
    source.deallocate(block, 100, 0);
    EXPECT_EQ(source.trim(), 0U);
  });
}

TEST_F(LostContextTest, HostFunctionsAreNotCalledAnyMore) {
  in_child("cuMemsetD8Async:run,code=716", [](const ContextPtr& context) {
    const Stream stream = Stream::create(context);
    const DeviceMemory memory = DeviceMemory::allocate(context, 16);
    bool is_called = false;
    stream.fill(memory.get(), 1, 16);
    // Refused, if the context is lost by then.
    code_of([&] { stream.call_host([](void* called) { *static_cast<bool*>(called) = true; }, &is_called); });
    EXPECT_EQ(code_of([&] { stream.synchronize(); }), Code::kDeviceLost);
    EXPECT_FALSE(is_called);
  });
}

TEST_F(LostContextTest, AHungOperationEndsWhenTheContextIsLost) {
  in_child("cuMemsetD8Async:run,hang;cuMemAlloc:nth=2,code=702", [](const ContextPtr& context) {
    const Stream stream = Stream::create(context);
    const DeviceMemory memory = DeviceMemory::allocate(context, 16);
    stream.fill(memory.get(), 1, 16);
    EXPECT_EQ(code_of([&] { DeviceMemory::allocate(context, 16); }), Code::kDeviceLost);
    EXPECT_EQ(code_of([&] { stream.synchronize(); }), Code::kDeviceLost);
  });
}

TEST_F(LostContextTest, AnyCodeCanBeMadeSticky) {
  in_child("cuMemAlloc:code=1,sticky", [](const ContextPtr& context) {
    EXPECT_EQ(code_of([&] { DeviceMemory::allocate(context, 16); }), Code::kBackendError);
    EXPECT_EQ(code_of([&] { Stream::create(context); }), Code::kBackendError);
  });
}

}  // namespace
}  // namespace ntrt::cuda
