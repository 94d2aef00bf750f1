// Device memory, pinned memory, copies.
#include "test/standins/cuda/call.h"

#include <algorithm>
#include <cstring>

#include "test/standins/cuda/capture.h"
#include "test/standins/cuda/pool.h"

using namespace standin;

namespace {

/// What is at the other end of a copy: the program's own memory, or pinned memory, whose use is watched as a device's.
struct HostEnd {
  bool is_pinned = false;
  bool is_valid = true;
};

HostEnd look_at_host(Call& call, const void* address, size_t bytes) {
  if (call.s.memory.holds(address)) {
    call.s.violation("undefined", std::string(call.name) + ": the host's side is an address of device memory");
    call.fail(CUDA_ERROR_INVALID_VALUE);
    return {false, false};
  }
  if (call.s.memory.find_pinned(address, 1) == nullptr) return {false, true};
  // Beyond the end of pinned memory there is something else.
  const bool is_valid = call.s.memory.find(reinterpret_cast<uint64_t>(address), bytes, call.name,
                                           call.s.settings.abort_on_violation) != nullptr;
  if (!is_valid) call.fail(CUDA_ERROR_INVALID_VALUE);
  return {true, is_valid};
}

/// Memory that is not pinned makes a copy wait, as the real driver's staging does at the latest, and cannot be
/// captured.
void copy_with_host(Call& call, CUstream handle, const void* host, CUdeviceptr device, OperationSpec spec,
                    bool to_device) {
  const StreamPtr stream = call.stream(handle);
  if (stream == nullptr || spec.bytes == 0) return;
  const HostEnd end = look_at_host(call, host, spec.bytes);
  if (!end.is_valid) return;
  spec.accesses.push_back({device, spec.bytes, to_device ? 1 : 0});
  if (end.is_pinned) spec.accesses.push_back({reinterpret_cast<uint64_t>(host), spec.bytes, to_device ? 0 : 1});
  if (!end.is_pinned && stream->capture) {
    call.fail(break_capture(*stream->capture, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED));
    return;
  }
  const CompletionPtr completion = enqueue(call, stream, spec);
  if (end.is_pinned || completion == nullptr) return;
  wait(call.s, call.lock, completion);
  call.use(*stream->context);
}

/// The operations that touch the block and that the host has not seen done.
const Access* find_unseen(const State& s, const Block& block) {
  for (const Access& access : block.accesses) {
    if (!s.host.covers(access.lane, access.tick)) return &access;
  }
  return nullptr;
}

/// The driver may wait for the work that uses the block, and need not, so that nobody should count on it.
void check_unused(Call& call, const Block& block) {
  if (block.device->context.lost != CUDA_SUCCESS) return;
  const Access* unseen = find_unseen(call.s, block);
  if (unseen == nullptr) return;
  call.s.violation("freed-in-use", std::string(call.name) + " of " + block.describe() + " that " + unseen->what +
                                       " on lane " + std::to_string(unseen->lane) +
                                       " uses, and nobody has waited for it");
}

BlockPtr take_out(Call& call, uint64_t address, bool pinned) {
  BlockPtr block = call.s.memory.find_to_free(address, call.name, call.s.settings.abort_on_violation);
  if (block == nullptr) {
    call.fail(CUDA_ERROR_INVALID_VALUE);
    return nullptr;
  }
  if ((block->kind == BlockKind::kPinned) != pinned) {
    call.s.violation("foreign-free", std::string(call.name) + " of " + block->describe());
    call.fail(CUDA_ERROR_INVALID_VALUE);
    return nullptr;
  }
  check_unused(call, *block);
  call.s.memory.remove(block, call.name);
  call.use(block->device->context);
  if (block->device->context.lost != CUDA_SUCCESS) call.fail(block->device->context.lost);
  return block;
}

}  // namespace

CUresult CUDAAPI cuMemGetInfo(size_t* free, size_t* total) {
  Call call("cuMemGetInfo", Needs::kContext);
  if (!call.ok()) return call.result;
  const Device& device = *call.context->device;
  *total = call.s.settings.devices[static_cast<size_t>(device.index)].memory_bytes;
  *free = free_bytes(call.s, device);
  return call.result;
}

CUresult CUDAAPI cuMemAlloc(CUdeviceptr* address, size_t bytes) {
  Call call("cuMemAlloc", Needs::kContext);
  if (call.ok()) call.fail(check_unsafe(call.s));
  if (!call.ok()) return call.result;
  if (bytes == 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  Device& device = *call.context->device;
  if (pool_bytes(bytes) > free_bytes(call.s, device)) return call.fail(CUDA_ERROR_OUT_OF_MEMORY).result;
  const BlockPtr block = call.s.memory.add(BlockKind::kDevice, &device, bytes);
  if (block == nullptr) return call.fail(CUDA_ERROR_OUT_OF_MEMORY).result;
  device.used += pool_bytes(bytes);
  *address = block->address;
  return call.result;
}

CUresult CUDAAPI cuMemFree(CUdeviceptr address) {
  Call call("cuMemFree", Needs::kEnds);
  if (address == 0) return call.result;
  call.fail(check_unsafe(call.s));
  if (call.result == CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED) return call.result;
  const BlockPtr block = take_out(call, address, false);
  if (block == nullptr) return call.result;
  if (block->pool != nullptr) {
    give_back(*block->pool, pool_bytes(block->bytes), nullptr, 0);
  } else {
    block->device->used -= pool_bytes(block->bytes);
  }
  return call.result;
}

CUresult CUDAAPI cuMemHostAlloc(void** address, size_t bytes, unsigned flags) {
  Call call("cuMemHostAlloc", Needs::kContext);
  if (call.ok()) call.fail(check_unsafe(call.s));
  if (!call.ok()) return call.result;
  constexpr unsigned kKnown = CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP | CU_MEMHOSTALLOC_WRITECOMBINED;
  if (bytes == 0 || (flags & ~kKnown) != 0) return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  const BlockPtr block = call.s.memory.add(BlockKind::kPinned, call.context->device, bytes);
  if (block == nullptr) return call.fail(CUDA_ERROR_OUT_OF_MEMORY).result;
  *address = block->data;
  return call.result;
}

CUresult CUDAAPI cuMemFreeHost(void* address) {
  Call call("cuMemFreeHost", Needs::kEnds);
  call.fail(check_unsafe(call.s));
  if (call.result == CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED) return call.result;
  take_out(call, reinterpret_cast<uint64_t>(address), true);
  return call.result;
}

CUresult CUDAAPI cuMemcpyHtoDAsync(CUdeviceptr to, const void* from, size_t bytes, CUstream stream) {
  Call call("cuMemcpyHtoDAsync", Needs::kContext);
  OperationSpec spec{.name = "cuMemcpyHtoDAsync", .engine = EngineKind::kToDevice, .bytes = bytes};
  spec.run = [from, bytes](const std::vector<std::byte*>& memory) {
    std::memcpy(memory[0], from, bytes);
    return 0;
  };
  copy_with_host(call, stream, from, to, std::move(spec), true);
  return call.result;
}

CUresult CUDAAPI cuMemcpyDtoHAsync(void* to, CUdeviceptr from, size_t bytes, CUstream stream) {
  Call call("cuMemcpyDtoHAsync", Needs::kContext);
  OperationSpec spec{.name = "cuMemcpyDtoHAsync", .engine = EngineKind::kToHost, .bytes = bytes};
  spec.run = [to, bytes](const std::vector<std::byte*>& memory) {
    std::memcpy(to, memory[0], bytes);
    return 0;
  };
  copy_with_host(call, stream, to, from, std::move(spec), false);
  return call.result;
}

CUresult CUDAAPI cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  Call call("cuMemcpyDtoDAsync", Needs::kContext);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr || bytes == 0) return call.result;
  if (to < from + bytes && from < to + bytes) {
    call.s.violation("undefined", "cuMemcpyDtoDAsync of parts that overlap");
    return call.fail(CUDA_ERROR_INVALID_VALUE).result;
  }
  OperationSpec spec{.name = "cuMemcpyDtoDAsync", .engine = EngineKind::kOnDevice, .bytes = bytes};
  spec.accesses = {{to, bytes, 1}, {from, bytes, 0}};
  spec.run = [bytes](const std::vector<std::byte*>& memory) {
    std::memcpy(memory[0], memory[1], bytes);
    return 0;
  };
  enqueue(call, found, spec);
  return call.result;
}

CUresult CUDAAPI cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t bytes, CUstream stream) {
  Call call("cuMemsetD8Async", Needs::kContext);
  const StreamPtr found = call.stream(stream);
  if (found == nullptr || bytes == 0) return call.result;
  OperationSpec spec{.name = "cuMemsetD8Async", .engine = EngineKind::kOnDevice, .bytes = bytes};
  spec.accesses = {{to, bytes, 1}};
  spec.run = [value, bytes](const std::vector<std::byte*>& memory) {
    std::memset(memory[0], value, bytes);
    return 0;
  };
  enqueue(call, found, spec);
  return call.result;
}
