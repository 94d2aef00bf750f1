// Copies to the device, on it and back: every byte, and how fast.
#include <algorithm>
#include <vector>

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

constexpr unsigned char kUntouched = 0xEE;
constexpr size_t kBehind = 64;  // bytes that no copy may touch

/// `bytes` of `from` go to the device, on to a second block, and back to `to`, which has kBehind more.
void go_round(const Stream& stream, const unsigned char* from, unsigned char* to, size_t bytes) {
  const DeviceMemory first = DeviceMemory::allocate(stream.context(), bytes);
  const DeviceMemory second = DeviceMemory::allocate(stream.context(), bytes);
  const Settled settled(stream.context());
  std::fill_n(to, bytes + kBehind, kUntouched);
  stream.copy_to_device(first.get(), from, bytes);
  stream.copy_on_device(second.get(), first.get(), bytes);
  stream.copy_to_host(to, second.get(), bytes);
  stream.synchronize();
}

void check(const unsigned char* to, size_t bytes, uint32_t seed) {
  const std::string wrong =
      find_difference({to, bytes + kBehind}, [&](size_t i) { return i < bytes ? pattern_byte(i, seed) : kUntouched; });
  expect(wrong.empty(), "copies of " + std::to_string(bytes) + " bytes there and back: " + wrong);
}

std::string round_trip(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  uint32_t seed = 0;
  for (const size_t bytes : {size_t{1}, size_t{4095}, kMiB + 1, 64 * kMiB}) {
    const PinnedMemory from = PinnedMemory::allocate(context, bytes);
    const PinnedMemory to = PinnedMemory::allocate(context, bytes + kBehind);
    fill_pattern({static_cast<unsigned char*>(from.get()), bytes}, ++seed);
    go_round(stream, static_cast<unsigned char*>(from.get()), static_cast<unsigned char*>(to.get()), bytes);
    check(static_cast<unsigned char*>(to.get()), bytes, seed);
  }
  return "pinned memory, 1 byte to 64 MiB, byte for byte";
}

std::string pageable(Machine& machine) {
  constexpr size_t kBytes = 3 * kMiB + 1;
  const Stream stream = Stream::create(machine.context());
  std::vector<unsigned char> from(kBytes);
  std::vector<unsigned char> to(kBytes + kBehind);
  fill_pattern(from, 77);
  go_round(stream, from.data(), to.data(), kBytes);
  check(to.data(), kBytes, 77);
  return "memory that is not pinned, 3 MiB, byte for byte";
}

/// 10^9 bytes a second of `copy`, by events of the device.
template <typename Copy>
double rate(const Stream& stream, size_t bytes, Copy copy) {
  constexpr int kTimes = 16;
  const Event start = Event::create(stream.context(), Event::Timing::kOn);
  const Event end = Event::create(stream.context(), Event::Timing::kOn);
  copy();
  start.record(stream);
  for (int i = 0; i < kTimes; ++i) copy();
  end.record(stream);
  end.synchronize();
  const double ms = end.milliseconds_since(start);
  expect(ms > 0, "copies take no time");
  return static_cast<double>(bytes) * kTimes / ms / 1e6;
}

std::string rates(Machine& machine) {
  constexpr size_t kBytes = 64 * kMiB;
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  const PinnedMemory host = PinnedMemory::allocate(context, kBytes);
  const DeviceMemory one = DeviceMemory::allocate(context, kBytes);
  const DeviceMemory two = DeviceMemory::allocate(context, kBytes);
  const Settled settled(context);
  fill_pattern({static_cast<unsigned char*>(host.get()), kBytes}, 5);
  const double there = rate(stream, kBytes, [&] { stream.copy_to_device(one.get(), host.get(), kBytes); });
  const double on = rate(stream, kBytes, [&] { stream.copy_on_device(two.get(), one.get(), kBytes); });
  const double back = rate(stream, kBytes, [&] { stream.copy_to_host(host.get(), two.get(), kBytes); });
  stream.synchronize();
  return format("to the device %.1f GB/s, back %.1f GB/s, on it %.0f GB/s (64 MiB, pinned)", there, back, on);
}

}  // namespace

std::vector<Item> copy_items() {
  return {{"copies/round-trip", round_trip}, {"copies/pageable", pageable}, {"copies/rates", rates}};
}

}  // namespace ntrt::gpu
