#include "cuda/stream.h"

#include <atomic>
#include <string>
#include <vector>

#include "core/error.h"
#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "test/cuda/standin_driver.h"

namespace ntrt::cuda {
namespace {

using StreamTest = testing::CudaTest;

std::vector<unsigned char> numbers(size_t count) {
  std::vector<unsigned char> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<unsigned char>(i * 7);
  return values;
}

TEST_F(StreamTest, BytesComeBackAsTheyWent) {
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 10'000);
  const DeviceMemory other = DeviceMemory::allocate(context, 10'000);
  const std::vector<unsigned char> sent = numbers(10'000);
  std::vector<unsigned char> got(10'000);
  stream.copy_to_device(memory.get(), sent.data(), sent.size());
  stream.copy_on_device(other.get(), memory.get(), sent.size());
  stream.copy_to_host(got.data(), other.get(), got.size());
  stream.synchronize();
  EXPECT_EQ(got, sent);
}

TEST_F(StreamTest, PinnedCopiesAreInTheOrderOfTheStream) {
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 4096);
  const PinnedMemory pinned = PinnedMemory::allocate(context, 8192);
  auto* const bytes = static_cast<unsigned char*>(pinned.get());
  for (int i = 0; i < 4096; ++i) bytes[i] = static_cast<unsigned char>(i);
  stream.fill(memory.get(), 9, 4096);
  stream.copy_to_device(memory.get() + 100, bytes, 1000);
  stream.copy_to_host(bytes + 4096, memory.get(), 4096);
  stream.synchronize();
  EXPECT_EQ(bytes[4096 + 99], 9);
  EXPECT_EQ(bytes[4096 + 101], 1);
  EXPECT_EQ(bytes[4096 + 1100], 9);
}

TEST_F(StreamTest, AStreamIsIdleWhenItsWorkIsDone) {
  const testing::Setting hang("STANDIN_FAULTS", "cuMemsetD8Async:run,hang");
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 4096);
  EXPECT_TRUE(stream.is_idle());
  stream.fill(memory.get(), 1, 4096);
  EXPECT_FALSE(stream.is_idle());
  testing::release_hangs_until([&] { return stream.is_idle(); });
  stream.synchronize();
  EXPECT_TRUE(stream.is_idle());
}

TEST_F(StreamTest, HostFunctionsRunAfterWhatWasSubmitted) {
  const testing::Setting latency("STANDIN_LATENCY_US", "5000");
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const PinnedMemory pinned = PinnedMemory::allocate(context, 16);
  struct Seen {
    const unsigned char* byte;
    std::atomic<int> value{-1};
  } seen{static_cast<unsigned char*>(pinned.get())};
  stream.fill(memory.get(), 42, 16);
  stream.copy_to_host(pinned.get(), memory.get(), 16);
  stream.call_host([](void* data) { static_cast<Seen*>(data)->value = *static_cast<Seen*>(data)->byte; }, &seen);
  stream.synchronize();
  EXPECT_EQ(seen.value, 42);
}

TEST_F(StreamTest, AnotherStreamWaitsForAnEvent) {
  const testing::Setting hang("STANDIN_FAULTS", "cuMemsetD8Async:run,hang");
  const Stream first = Stream::create(context);
  const Stream second = Stream::create(context, Stream::Priority::kHigh);
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const PinnedMemory pinned = PinnedMemory::allocate(context, 16);
  const Event filled = Event::create(context);
  EXPECT_TRUE(filled.is_done()) << "an event that was never recorded";
  first.fill(memory.get(), 3, 16);
  filled.record(first);
  EXPECT_FALSE(filled.is_done());
  second.wait(filled);
  second.copy_to_host(pinned.get(), memory.get(), 16);
  EXPECT_FALSE(second.is_idle());
  testing::release_hangs_until([&] { return filled.is_done(); });
  second.synchronize();
  EXPECT_EQ(*static_cast<unsigned char*>(pinned.get()), 3);
  EXPECT_TRUE(filled.is_done());
}

TEST_F(StreamTest, EventsMeasureTheDevicesTime) {
  const testing::Setting latency("STANDIN_LATENCY_US", "20000");
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const Event start = Event::create(context, Event::Timing::kOn);
  const Event end = Event::create(context, Event::Timing::kOn);
  start.record(stream);
  stream.fill(memory.get(), 3, 16);
  end.record(stream);
  end.synchronize();
  EXPECT_GE(end.milliseconds_since(start), 20.0F);
}

TEST_F(StreamTest, ADestroyedStreamFinishesItsWork) {
  const testing::Setting latency("STANDIN_LATENCY_US", "5000");
  const DeviceMemory memory = DeviceMemory::allocate(context, 16);
  const Event done = Event::create(context);
  Stream stream = Stream::create(context);
  stream.fill(memory.get(), 1, 16);
  done.record(stream);
  stream.reset();
  EXPECT_FALSE(stream);
  done.synchronize();
}

TEST_F(StreamTest, ACopyBeyondPinnedMemoryIsReported) {
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, 64);
  const PinnedMemory pinned = PinnedMemory::allocate(context, 32);
  EXPECT_THROW(stream.copy_to_host(pinned.get(), memory.get(), 33), Error);
  EXPECT_NE(testing::take_violations().find("out-of-bounds"), std::string::npos);
}

TEST_F(StreamTest, OwnersMove) {
  Stream stream = Stream::create(context);
  const CUstream handle = stream.get();
  Stream other = std::move(stream);
  EXPECT_EQ(other.get(), handle);
  EXPECT_FALSE(stream);
  other = Stream::create(context);
  EXPECT_NE(other.get(), handle);
}

}  // namespace
}  // namespace ntrt::cuda
