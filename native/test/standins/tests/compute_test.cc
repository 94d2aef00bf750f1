// Computations of other stand-ins, several devices, and the default stream.
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include "cuda/cuda_error.h"
#include "cuda/graph.h"
#include "test/cuda/stream_fixture.h"
#include "test/support/built.h"

namespace ntrt::cuda {
namespace {

using testing::Setting;

class ComputeTest : public testing::StreamFixture {
 protected:
  /// Adds 1 to a byte of the first access, and writes it to the second.
  static int add_one(void* count, void* const* memory) {
    *static_cast<unsigned char*>(memory[1]) = static_cast<unsigned char>(*static_cast<unsigned char*>(memory[0]) + 1);
    if (count != nullptr) ++*static_cast<std::atomic<int>*>(count);
    return 0;
  }
  static int enqueue(const Stream& stream, const StandinWork& work) {
    return STANDIN(standin_enqueue)(stream.get(), &work);
  }
};

TEST_F(ComputeTest, RunsInTheOrderOfTheStreamOnTheBytes) {
  const std::array<StandinAccess, 2> accesses = {StandinAccess{memory.get() + 16, 1, 0},
                                                 StandinAccess{memory.get() + 32, 1, 1}};
  StandinWork work{"test", 100, accesses.data(), accesses.size(), add_one, nullptr, nullptr};
  stream.fill(memory.get(), 5, 64);
  ASSERT_EQ(enqueue(stream, work), 0);
  stream.copy_to_host(bytes, memory.get(), 64);
  stream.synchronize();
  EXPECT_EQ(bytes[32], 6);
}

TEST_F(ComputeTest, InAGraphItRunsAtEachLaunchAndIsDroppedOnce) {
  std::atomic<int> runs = 0;
  static std::atomic<int> drops;
  drops = 0;
  const std::array<StandinAccess, 2> accesses = {StandinAccess{memory.get(), 1, 0},
                                                 StandinAccess{memory.get() + 1, 1, 1}};
  const StandinWork work{"test", 10, accesses.data(), accesses.size(), add_one, [](void*) { ++drops; }, &runs};
  {
    GraphExec exec;
    {
      StreamCapture capture(stream);
      ASSERT_EQ(enqueue(stream, work), 0);
      exec = GraphExec::instantiate(capture.finish());
    }
    for (int i = 0; i < 3; ++i) exec.launch(stream);
    stream.synchronize();
    EXPECT_EQ(drops, 0);
  }
  EXPECT_EQ(runs, 3);
  // The thread of the stream may still hold the last launch.
  while (drops == 0) std::this_thread::yield();
  EXPECT_EQ(drops, 1);
}

TEST_F(ComputeTest, WhatItTouchesIsChecked) {
  const Stream other = Stream::create(context);
  const StandinAccess write{memory.get(), 4096, 1};
  const StandinWork work{"write", 1000, &write, 1, nullptr, nullptr, nullptr};
  ASSERT_EQ(enqueue(stream, work), 0);
  other.copy_to_host(bytes, memory.get() + 4095, 1);
  EXPECT_NE(testing::take_violations().find("of which write on lane"), std::string::npos);
  other.synchronize();
  stream.synchronize();
  const StandinAccess beyond{memory.get(), 4097, 1};
  const StandinWork wrong{"beyond", 0, &beyond, 1, nullptr, nullptr, nullptr};
  EXPECT_EQ(enqueue(stream, wrong), CUDA_ERROR_INVALID_VALUE);
  EXPECT_NE(testing::take_violations().find("out-of-bounds"), std::string::npos);
}

TEST_F(ComputeTest, TheDefaultStreamIsBehindOrdinaryStreamsAndTheyBehindIt) {
  const Setting latency("STANDIN_LATENCY_US", "3000");
  const ContextScope scope(*context);
  CUstream ordinary = nullptr;
  call(driver, driver.stream_create_with_priority, &ordinary, 0U, 0);
  call(driver, driver.memset_d8_async, memory.get(), static_cast<unsigned char>(1), size_t{16}, ordinary);
  call(driver, driver.memset_d8_async, memory.get(), static_cast<unsigned char>(2), size_t{16}, nullptr);
  call(driver, driver.memcpy_dtoh_async, bytes, memory.get(), size_t{16}, ordinary);
  call(driver, driver.stream_synchronize, ordinary);
  EXPECT_EQ(bytes[0], 2);
  call(driver, driver.stream_destroy, ordinary);
}

TEST_F(ComputeTest, TheDefaultStreamIsNotOrderedWithOurStreams) {
  const ContextScope scope(*context);
  stream.fill(memory.get(), 1, 16);
  call(driver, driver.memset_d8_async, memory.get(), static_cast<unsigned char>(2), size_t{16}, nullptr);
  EXPECT_NE(testing::take_violations().find("missing-order"), std::string::npos);
  call(driver, driver.ctx_synchronize);
}

TEST_F(ComputeTest, CopiesAndComputationsOfTwoStreamsOverlap) {
  const Setting rate("STANDIN_H2D_GBPS", "0.0002048");  // 4096 bytes in 20 ms
  const Stream other = Stream::create(context);
  const StandinWork work{"busy", 20'000, nullptr, 0, nullptr, nullptr, nullptr};
  const Event start = Event::create(context, Event::Timing::kOn);
  const Event copied = Event::create(context, Event::Timing::kOn);
  const Event computed = Event::create(context, Event::Timing::kOn);
  start.record(stream);
  for (int i = 0; i < 5; ++i) {
    stream.copy_to_device(memory.get(), bytes, 4096);
    ASSERT_EQ(enqueue(other, work), 0);
  }
  copied.record(stream);
  computed.record(other);
  stream.synchronize();
  other.synchronize();
  EXPECT_GE(copied.milliseconds_since(start), 100.0F);
  // By the device's timetable, which a busy host does not move; one after the other they take 200 ms.
  EXPECT_LT(copied.milliseconds_since(start), 160.0F);
  EXPECT_LT(computed.milliseconds_since(start), 160.0F);
}

TEST_F(ComputeTest, ComputationsOfTwoStreamsShareTheDevice) {
  const Stream other = Stream::create(context);
  const StandinWork work{"busy", 10'000, nullptr, 0, nullptr, nullptr, nullptr};
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(enqueue(stream, work), 0);
    ASSERT_EQ(enqueue(other, work), 0);
  }
  stream.synchronize();
  other.synchronize();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  EXPECT_GE(took.count(), 0.06);
}

TEST(SeveralDevices, HaveTheirOwnMemoryAndOrder) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // the child starts anew, with another environment
  EXPECT_EXIT(
      {
        setenv("STANDIN_DEVICES", "3", 1);
        setenv("STANDIN_MEMORY_1", "1MiB", 1);
        setenv("STANDIN_COMPUTE_CAPABILITY_2", "12.0", 1);
        setenv("CUDA_VISIBLE_DEVICES", "2,1", 1);
        setenv("NODE_TENSORRT_CUDA_LIBRARY", built::kStandinCuda, 1);
        const ContextPtr first = PrimaryContext::retain(ntrt::cuda::driver(), {0});
        const ContextPtr second = PrimaryContext::retain(ntrt::cuda::driver(), {1});
        int major = 0;
        call(first->driver(), first->driver().device_get_attribute, &major,
             CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0);
        const DeviceMemory large = DeviceMemory::allocate(first, 2 << 20);
        EXPECT_EQ(major, 12);
        EXPECT_EQ(second->memory().free_bytes, size_t{1} << 20);
        EXPECT_THROW(DeviceMemory::allocate(second, 2 << 20), Error);
        EXPECT_THROW(PrimaryContext::retain(ntrt::cuda::driver(), {2}), Error);
        std::fprintf(stderr, "end");
        std::_Exit(::testing::Test::HasFailure() ? 1 : 0);
      },
      ::testing::ExitedWithCode(0), "end");
}

}  // namespace
}  // namespace ntrt::cuda
