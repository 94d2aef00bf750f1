// Memory of the device and pinned memory: it is there, it comes back, and too much of it is an error that says so.
#include <algorithm>

#include "cuda/device_memory.h"
#include "cuda/device_source.h"
#include "cuda/memory_pool.h"
#include "cuda/pinned_memory.h"
#include "test/gpu/bytes.h"
#include "test/gpu/errors.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {
namespace {

using cuda::DeviceMemory;
using cuda::MemoryPool;
using cuda::PinnedMemory;
using cuda::Stream;

constexpr size_t kBlock = 64 * kMiB;

/// Fills device memory with `value` and reads it back.
void try_out(const Stream& stream, CUdeviceptr address, size_t bytes, unsigned char value) {
  const PinnedMemory pinned = PinnedMemory::allocate(stream.context(), bytes);
  const Settled settled(stream.context());
  stream.fill(address, value, bytes);
  stream.copy_to_host(pinned.get(), address, bytes);
  stream.synchronize();
  const std::string wrong =
      find_difference({static_cast<const unsigned char*>(pinned.get()), bytes}, [&](size_t) { return value; });
  expect(wrong.empty(), "memory that was filled: " + wrong);
}

/// More than the device has.
size_t too_much(const Machine& machine) { return machine.device.total_bytes + 1024 * kMiB; }

void expect_out_of_memory(const Error& error, size_t bytes) {
  expect(error.code() == Code::kOutOfMemory, "too much memory is " + message(error));
  expect(number_detail(error, "requestedBytes") == static_cast<double>(bytes),
         "the error does not say how much was asked for: " + message(error));
}

std::string device(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  DeviceMemory memory = DeviceMemory::allocate(context, kBlock);
  try_out(stream, memory.get(), kBlock, 0x5A);
  memory.reset();
  // Only now: the driver takes memory itself for what it does for the first time.
  const size_t before = context->memory().free_bytes;
  memory = DeviceMemory::allocate(context, kBlock);
  const size_t during = context->memory().free_bytes;
  expect(during + kBlock <= before, "free memory does not fall by what was taken");
  try_out(stream, memory.get(), kBlock, 0xA5);
  memory.reset();
  expect(context->memory().free_bytes >= during + kBlock, "free memory does not rise by what was given back");
  return "64 MiB taken, used, given back";
}

std::string device_out_of_memory(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const size_t bytes = too_much(machine);
  const Error error = error_of("too much memory", [&] { DeviceMemory::allocate(context, bytes); });
  expect_out_of_memory(error, bytes);
  const DeviceMemory memory = DeviceMemory::allocate(context, kMiB);
  try_out(Stream::create(context), memory.get(), kMiB, 1);
  return message(error);
}

MemoryPool make_pool(const cuda::ContextPtr& context) {
  if (!MemoryPool::is_supported(*context)) throw Skipped("the device has no stream-ordered pools");
  return MemoryPool::create(context);
}

/// 16 blocks of 1 MiB, each filled with its number, checked, and given back in the order of the stream.
void use_blocks(const MemoryPool& pool, const Stream& stream) {
  constexpr size_t kBlocks = 16;
  const PinnedMemory pinned = PinnedMemory::allocate(stream.context(), kBlocks * kMiB);
  const Settled settled(stream.context());
  auto* bytes = static_cast<unsigned char*>(pinned.get());
  for (size_t i = 0; i < kBlocks; ++i) {
    const CUdeviceptr address = pool.allocate(kMiB, stream);
    stream.fill(address, static_cast<unsigned char>(i + 1), kMiB);
    stream.copy_to_host(bytes + i * kMiB, address, kMiB);
    // The next block may be the same memory: only the order of the stream keeps them apart.
    pool.deallocate(address, stream);
  }
  stream.synchronize();
  const std::string wrong =
      find_difference({bytes, kBlocks * kMiB}, [](size_t i) { return static_cast<unsigned char>(i / kMiB + 1); });
  expect(wrong.empty(), "blocks of a pool: " + wrong);
}

std::string pool(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const MemoryPool pool = make_pool(context);
  const Stream stream = Stream::create(context);
  const CUdeviceptr held = pool.allocate(kBlock, stream);
  stream.synchronize();
  expect(pool.stats().used_bytes >= kBlock, "the pool does not count a block");
  pool.deallocate(held, stream);
  use_blocks(pool, stream);
  const MemoryPool::Stats kept = pool.stats();
  expect(kept.used_bytes == 0, std::to_string(kept.used_bytes) + " bytes are in use after all blocks came back");
  expect(kept.reserved_bytes >= kBlock, "the pool gave memory back that it should keep");
  pool.trim();
  const uint64_t left = pool.stats().reserved_bytes;
  expect(left == 0, "trim() leaves " + std::to_string(left) + " bytes");
  const auto begin = Clock::now();
  for (int i = 0; i < 1000; ++i) pool.deallocate(pool.allocate(kMiB, stream), stream);
  stream.synchronize();
  return format("kept %.0f MiB, trimmed to 0; %.1f µs to take and give back 1 MiB",
                static_cast<double>(kept.reserved_bytes) / kMiB, ms_since(begin));
}

std::string pool_out_of_memory(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const MemoryPool pool = make_pool(context);
  const Stream stream = Stream::create(context);
  const size_t bytes = too_much(machine);
  const Error error = error_of("too much memory", [&] { pool.allocate(bytes, stream); });
  expect_out_of_memory(error, bytes);
  use_blocks(pool, stream);
  return message(error);
}

/// What the rest of the library takes memory from.
std::string source(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  std::string text;
  for (const auto pools : {cuda::DeviceSource::Pools::kIfSupported, cuda::DeviceSource::Pools::kNever}) {
    cuda::DeviceSource source(context, pools);
    void* block = source.allocate(kBlock);
    const auto address = reinterpret_cast<CUdeviceptr>(block);
    expect(address % 256 == 0, "a block is not aligned to 256 bytes");
    try_out(stream, address, kBlock, 7);
    source.deallocate(block, kBlock, 0);
    const size_t trimmed = source.trim();
    if (source.uses_pool()) expect(trimmed >= kBlock, "trim() gives back " + std::to_string(trimmed) + " bytes only");
    const Error error = error_of("too much memory", [&] { source.allocate(too_much(machine)); });
    expect(error.code() == Code::kOutOfMemory, "too much memory is " + message(error));
    text += text.empty() ? "" : ", and ";
    text += source.uses_pool() ? "from a pool" : "from the driver";
  }
  return text;
}

std::string pinned(Machine& machine) {
  const cuda::ContextPtr context = machine.context();
  const Stream stream = Stream::create(context);
  const DeviceMemory memory = DeviceMemory::allocate(context, kBlock);
  const auto begin = Clock::now();
  const PinnedMemory one_way = PinnedMemory::allocate(context, kBlock, PinnedMemory::Use::kToDevice);
  const double ms = ms_since(begin);
  std::fill_n(static_cast<unsigned char*>(one_way.get()), kBlock, static_cast<unsigned char>(0x3C));
  const PinnedMemory back = PinnedMemory::allocate(context, kBlock);
  const Settled settled(context);
  stream.copy_to_device(memory.get(), one_way.get(), kBlock);
  stream.copy_to_host(back.get(), memory.get(), kBlock);
  stream.synchronize();
  const std::string wrong =
      find_difference({static_cast<const unsigned char*>(back.get()), kBlock}, [](size_t) { return 0x3C; });
  expect(wrong.empty(), "pinned memory that the host only writes: " + wrong);
  return format("64 MiB in %.1f ms", ms);
}

}  // namespace

std::vector<Item> memory_items() {
  return {{"memory/device", device}, {"memory/device-out-of-memory", device_out_of_memory},
          {"memory/pool", pool},     {"memory/pool-out-of-memory", pool_out_of_memory},
          {"memory/source", source}, {"memory/pinned", pinned}};
}

}  // namespace ntrt::gpu
