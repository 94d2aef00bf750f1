#include "cuda/context.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

ContextPtr PrimaryContext::retain(const Driver& driver, DeviceId device) {
  CUdevice handle = 0;
  call(driver, driver.device_get, &handle, device.index);
  CUcontext context = nullptr;
  call(driver, driver.device_primary_ctx_retain, &context, handle);
  try {
    return ContextPtr(new PrimaryContext(driver, device, handle, context));
  } catch (...) {
    driver.device_primary_ctx_release.call(handle);
    throw;
  }
}

// A lost context, or a driver that is shutting down, says so here, too; there is nothing left to do about it.
PrimaryContext::~PrimaryContext() { driver_.device_primary_ctx_release.call(handle_); }

void PrimaryContext::synchronize() const {
  const ContextScope scope(*this);
  call(driver_, driver_.ctx_synchronize);
}

PrimaryContext::Memory PrimaryContext::memory() const {
  const ContextScope scope(*this);
  Memory memory{};
  call(driver_, driver_.mem_get_info, &memory.free_bytes, &memory.total_bytes);
  return memory;
}

ContextScope::ContextScope(const PrimaryContext& context) : driver_(context.driver()) {
  call(driver_, driver_.ctx_push_current, context.get());
}

ContextScope::~ContextScope() {
  CUcontext popped = nullptr;
  driver_.ctx_pop_current.call(&popped);
}

QuietContextScope::QuietContextScope(const PrimaryContext& context) noexcept
    : driver_(context.driver()), is_set_(driver_.ctx_push_current.call(context.get()) == CUDA_SUCCESS) {}

QuietContextScope::~QuietContextScope() {
  CUcontext popped = nullptr;
  if (is_set_) driver_.ctx_pop_current.call(&popped);
}

}  // namespace ntrt::cuda
