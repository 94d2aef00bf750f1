// Graphs: what was captured once runs as often as it is launched, on what the memory holds then.
#include "cuda/graph.h"

#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "test/gpu/bytes.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {
namespace {

using cuda::DeviceMemory;
using cuda::Event;
using cuda::GraphExec;
using cuda::PinnedMemory;
using cuda::Stream;
using cuda::StreamCapture;

constexpr size_t kBytes = 64 * 1024;
constexpr int kLaunches = 1000;

/// Memory for copies there and back.
struct Blocks {
  explicit Blocks(const cuda::ContextPtr& context)
      : stream(Stream::create(context)),
        one(DeviceMemory::allocate(context, kBytes)),
        two(DeviceMemory::allocate(context, kBytes)),
        from(PinnedMemory::allocate(context, kBytes)),
        to(PinnedMemory::allocate(context, kBytes)),
        settled(context) {}

  std::span<unsigned char> input() const { return {static_cast<unsigned char*>(from.get()), kBytes}; }
  std::span<unsigned char> output() const { return {static_cast<unsigned char*>(to.get()), kBytes}; }

  void check(const std::string& what, uint32_t seed) const {
    const std::string wrong = find_difference(output(), [&](size_t i) { return pattern_byte(i, seed); });
    expect(wrong.empty(), what + ": " + wrong);
  }

  Stream stream;
  DeviceMemory one;
  DeviceMemory two;
  PinnedMemory from;
  PinnedMemory to;
  Settled settled;  // last: ends first
};

std::string launch(Machine& machine) {
  const Blocks blocks(machine.context());
  GraphExec exec;
  {
    StreamCapture capture(blocks.stream);
    blocks.stream.copy_to_device(blocks.one.get(), blocks.from.get(), kBytes);
    blocks.stream.copy_on_device(blocks.two.get(), blocks.one.get(), kBytes);
    blocks.stream.copy_to_host(blocks.to.get(), blocks.two.get(), kBytes);
    exec = GraphExec::instantiate(capture.finish());
  }
  for (uint32_t i = 0; i < kLaunches; ++i) {
    fill_pattern(blocks.input(), i);
    exec.launch(blocks.stream);
    blocks.stream.synchronize();
    blocks.check("launch " + std::to_string(i), i);
  }
  const auto begin = Clock::now();
  for (int i = 0; i < kLaunches; ++i) exec.launch(blocks.stream);
  blocks.stream.synchronize();
  return format("1000 launches of three copies compared; %.1f µs each without a pause",
                ms_since(begin) * 1000 / kLaunches);
}

/// Halves that are copied by two streams, joined before the way back.
std::string branches(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Blocks blocks(context);
  const Stream other = Stream::create(context);
  const Event forked = Event::create(context);
  const Event joined = Event::create(context);
  constexpr size_t kHalf = kBytes / 2;
  GraphExec exec;
  {
    StreamCapture capture(blocks.stream);
    blocks.stream.copy_to_device(blocks.one.get(), blocks.from.get(), kBytes);
    forked.record(blocks.stream);
    other.wait(forked);
    blocks.stream.copy_on_device(blocks.two.get(), blocks.one.get(), kHalf);
    other.copy_on_device(blocks.two.get() + kHalf, blocks.one.get() + kHalf, kHalf);
    joined.record(other);
    blocks.stream.wait(joined);
    blocks.stream.copy_to_host(blocks.to.get(), blocks.two.get(), kBytes);
    exec = GraphExec::instantiate(capture.finish());
  }
  for (uint32_t i = 0; i < 100; ++i) {
    fill_pattern(blocks.input(), i);
    exec.launch(blocks.stream);
    blocks.stream.synchronize();
    blocks.check("branches, launch " + std::to_string(i), i);
  }
  return "two branches that meet, 100 launches compared";
}

std::string abandoned(Machine& machine) {
  const Blocks blocks(machine.context());
  {
    const StreamCapture capture(blocks.stream);
    blocks.stream.copy_to_device(blocks.one.get(), blocks.from.get(), kBytes);
  }
  fill_pattern(blocks.input(), 3);
  blocks.stream.copy_to_device(blocks.one.get(), blocks.from.get(), kBytes);
  blocks.stream.copy_to_host(blocks.to.get(), blocks.one.get(), kBytes);
  blocks.stream.synchronize();
  blocks.check("behind a capture that was left", 3);
  return "the stream is usable behind a capture that was left";
}

}  // namespace

std::vector<Item> graph_items() {
  return {{"graphs/launch", launch}, {"graphs/branches", branches}, {"graphs/abandoned", abandoned}};
}

}  // namespace ntrt::gpu
