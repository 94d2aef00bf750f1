// Primary contexts and the thread's stack of them.
#include "test/standins/cuda/call.h"

#include "test/standins/cuda/capture.h"
#include "test/standins/cuda/leaks.h"
#include "test/standins/cuda/pool.h"

using namespace standin;

namespace {

Device* find_device(Call& call, CUdevice device) {
  const std::vector<int>& all = call.s.settings.visible;
  if (device < 0 || device >= static_cast<int>(all.size())) {
    call.fail(CUDA_ERROR_INVALID_DEVICE);
    return nullptr;
  }
  return call.s.devices[static_cast<size_t>(all[static_cast<size_t>(device)])].get();
}

CUcontext to_handle(const Context* context) {
  return context == nullptr ? nullptr : reinterpret_cast<CUcontext>(context->handle);
}

/// The driver resets the context: everything of it is gone.
void end_context(State& s, Context& context) {
  if (s.settings.leaks_at_context_end) report_leaks(s, &context);
  std::vector<BlockPtr> blocks;
  for (const auto& [address, block] : s.memory.blocks()) {
    if (&block->device->context == &context) blocks.push_back(block);
  }
  for (const BlockPtr& block : blocks) s.memory.remove(block, "the end of the context");
  const auto erase = [&](auto& table) {
    std::erase_if(table.all(), [&](const auto& entry) { return entry.second->context == &context; });
  };
  for (const auto& [handle, stream] : s.streams.all()) {
    if (stream->context == &context) stream->is_destroyed = true;
  }
  erase(s.streams);
  erase(s.events);
  erase(s.graphs);
  erase(s.execs);
  std::erase_if(s.pools.all(), [&](const auto& entry) { return entry.second->device == context.device; });
  if (context.legacy) context.legacy->is_destroyed = true;
  context.legacy = nullptr;
  std::erase_if(s.dying_pools, [&](const PoolPtr& pool) { return pool->device == context.device; });
  context.device->used = 0;
  context.device->default_pool = nullptr;
  context.device->default_pool_handle = 0;
  context.handle = 0;
  s.changed.notify_all();
}

}  // namespace

CUresult CUDAAPI cuDevicePrimaryCtxRetain(CUcontext* context, CUdevice device) {
  Call call("cuDevicePrimaryCtxRetain", Needs::kInit);
  Device* found = call.ok() ? find_device(call, device) : nullptr;
  if (found == nullptr) return call.result;
  if (found->context.lost != CUDA_SUCCESS) return call.fail(found->context.lost).result;
  static uint64_t next_handle = 0x50'0000'0000;
  if (found->context.num_retained++ == 0) found->context.handle = next_handle += 16;
  *context = to_handle(&found->context);
  return call.result;
}

CUresult CUDAAPI cuDevicePrimaryCtxRelease(CUdevice device) {
  Call call("cuDevicePrimaryCtxRelease", Needs::kEnds);
  Device* found = find_device(call, device);
  if (found == nullptr) return call.result;
  if (found->context.num_retained == 0) {
    call.s.violation("invalid-handle", "cuDevicePrimaryCtxRelease of a context that nobody retains");
    return call.fail(CUDA_ERROR_INVALID_CONTEXT).result;
  }
  if (--found->context.num_retained == 0) {
    wait(call.s, call.lock, found->context);
    // Somebody may have retained it while this waited.
    if (found->context.num_retained == 0) end_context(call.s, found->context);
  }
  return call.result;
}

CUresult CUDAAPI cuDevicePrimaryCtxGetState(CUdevice device, unsigned* flags, int* active) {
  Call call("cuDevicePrimaryCtxGetState", Needs::kInit);
  Device* found = call.ok() ? find_device(call, device) : nullptr;
  if (found == nullptr) return call.result;
  *flags = 0;
  *active = found->context.num_retained > 0 ? 1 : 0;
  return call.result;
}

CUresult CUDAAPI cuCtxPushCurrent(CUcontext context) {
  Call call("cuCtxPushCurrent", Needs::kInit);
  if (!call.ok()) return call.result;
  if (call.s.find_context(context) == nullptr) {
    call.bad_handle("a context");
    call.result = CUDA_ERROR_INVALID_CONTEXT;
  } else {
    context_stack().push_back(context);
  }
  return call.result;
}

CUresult CUDAAPI cuCtxPopCurrent(CUcontext* context) {
  Call call("cuCtxPopCurrent", Needs::kInit);
  if (!call.ok()) return call.result;
  if (context_stack().empty()) return call.fail(CUDA_ERROR_INVALID_CONTEXT).result;
  if (context != nullptr) *context = context_stack().back();
  context_stack().pop_back();
  return call.result;
}

CUresult CUDAAPI cuCtxGetCurrent(CUcontext* context) {
  Call call("cuCtxGetCurrent", Needs::kInit);
  if (call.ok()) *context = context_stack().empty() ? nullptr : context_stack().back();
  return call.result;
}

CUresult CUDAAPI cuCtxSetCurrent(CUcontext context) {
  Call call("cuCtxSetCurrent", Needs::kInit);
  if (!call.ok()) return call.result;
  if (context != nullptr && call.s.find_context(context) == nullptr) {
    call.bad_handle("a context");
    return call.result = CUDA_ERROR_INVALID_CONTEXT;
  }
  std::vector<CUcontext>& stack = context_stack();
  if (!stack.empty()) stack.pop_back();
  if (context != nullptr) stack.push_back(context);
  return call.result;
}

CUresult CUDAAPI cuCtxGetDevice(CUdevice* device) {
  Call call("cuCtxGetDevice", Needs::kContext);
  if (!call.ok()) return call.result;
  const std::vector<int>& all = call.s.settings.visible;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] == call.context->device->index) *device = static_cast<CUdevice>(i);
  }
  return call.result;
}

CUresult CUDAAPI cuCtxGetStreamPriorityRange(int* lowest, int* highest) {
  Call call("cuCtxGetStreamPriorityRange", Needs::kContext);
  if (!call.ok()) return call.result;
  if (lowest != nullptr) *lowest = 0;
  if (highest != nullptr) *highest = -2;
  return call.result;
}

CUresult CUDAAPI cuCtxSynchronize() {
  Call call("cuCtxSynchronize", Needs::kContext);
  if (call.ok()) call.fail(check_unsafe(call.s));
  if (!call.ok()) return call.result;
  wait(call.s, call.lock, *call.context);
  call.use(*call.context);
  return call.result;
}
