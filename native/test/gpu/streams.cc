// Streams and events: what is ordered comes in order, and time is told.
#include <algorithm>

#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"
#include "test/gpu/bytes.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {
namespace {

using cuda::DeviceMemory;
using cuda::Event;
using cuda::PinnedMemory;
using cuda::Stream;

/// One stream fills a block, another copies its end out, in turn 200 times; nothing but events keeps them in order, and
/// the host waits at the very end only.
std::string order(Machine& machine) {
  constexpr size_t kRounds = 200;
  constexpr size_t kBytes = 16 * kMiB;
  constexpr size_t kSlot = 4096;
  const cuda::ContextPtr context = machine.context();
  const Stream filling = Stream::create(context);
  const Stream copying = Stream::create(context, Stream::Priority::kHigh);
  const Event filled = Event::create(context);
  const Event copied = Event::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, kBytes);
  const PinnedMemory slots = PinnedMemory::allocate(context, kRounds * kSlot);
  const Settled settled(context);
  auto* bytes = static_cast<unsigned char*>(slots.get());
  for (size_t i = 0; i < kRounds; ++i) {
    filling.wait(copied);
    filling.fill(memory.get(), static_cast<unsigned char>(i), kBytes);
    filled.record(filling);
    copying.wait(filled);
    copying.copy_to_host(bytes + i * kSlot, memory.get() + kBytes - kSlot, kSlot);
    copied.record(copying);
  }
  copied.synchronize();
  expect(copied.is_done(), "an event that was waited for is not done");
  copying.synchronize();
  filling.synchronize();
  expect(copying.is_idle() && filling.is_idle(), "a stream that was waited for has work");
  const std::string wrong =
      find_difference({bytes, kRounds * kSlot}, [](size_t i) { return static_cast<unsigned char>(i / kSlot); });
  expect(wrong.empty(), "two streams in turn: " + wrong);
  return "two streams took turns 200 times";
}

std::string elapsed(Machine& machine) {
  constexpr size_t kBytes = 64 * kMiB;
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  const Event start = Event::create(context, Event::Timing::kOn);
  const Event middle = Event::create(context, Event::Timing::kOn);
  const Event end = Event::create(context, Event::Timing::kOn);
  const DeviceMemory memory = DeviceMemory::allocate(context, kBytes);
  const Settled settled(context);
  const auto begin = Clock::now();
  start.record(stream);
  stream.fill(memory.get(), 1, kBytes);
  middle.record(stream);
  for (int i = 0; i < 20; ++i) stream.fill(memory.get(), 2, kBytes);
  end.record(stream);
  end.synchronize();
  const double host_ms = ms_since(begin);
  const double first = middle.milliseconds_since(start);
  const double rest = end.milliseconds_since(middle);
  const std::string text =
      format("1 fill of 64 MiB %.3f ms, 20 more %.3f ms, %.3f ms by the host", first, rest, host_ms);
  expect(first > 0 && rest > 0, "events tell no time: " + text);
  expect(first + rest <= host_ms * 1.05 + 0.1, "events tell more time than there was: " + text);
  return text;
}

struct Seen {
  const unsigned char* bytes;
  int first = -1;
};

/// A function of the host between two operations of a stream sees what the first did, and not what the second does.
std::string host_function(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, kMiB);
  const PinnedMemory pinned = PinnedMemory::allocate(context, kMiB);
  Seen seen{static_cast<const unsigned char*>(pinned.get())};
  const Settled settled(context);
  for (const unsigned char value : {7, 9}) {
    stream.fill(memory.get(), value, kMiB);
    stream.copy_to_host(pinned.get(), memory.get(), kMiB);
    if (value == 7)
      stream.call_host([](void* data) { static_cast<Seen*>(data)->first = *static_cast<Seen*>(data)->bytes; }, &seen);
  }
  stream.synchronize();
  expect(seen.first == 7, "it saw " + std::to_string(seen.first) + " instead of 7");
  expect(*seen.bytes == 9, "what came after it was lost");
  return "called once, in its turn";
}

}  // namespace

std::vector<Item> stream_items() {
  return {{"streams/order", order}, {"streams/elapsed", elapsed}, {"streams/host-function", host_function}};
}

}  // namespace ntrt::gpu
