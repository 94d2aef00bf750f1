#include "cuda/stream.h"

#include "cuda/cuda_error.h"

namespace ntrt::cuda {

Stream Stream::create(const ContextPtr& context, Priority priority) {
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  int lowest = 0;
  int highest = 0;
  call(driver, driver.ctx_get_stream_priority_range, &lowest, &highest);
  CUstream stream = nullptr;
  call(driver, driver.stream_create_with_priority, &stream, static_cast<unsigned>(CU_STREAM_NON_BLOCKING),
       priority == Priority::kHigh ? highest : lowest);
  return {context, stream};
}

void Stream::synchronize() const { call(driver(), driver().stream_synchronize, get()); }

bool Stream::is_idle() const { return call_ready(driver(), driver().stream_query, get()); }

void Stream::wait(const Event& event) const { call(driver(), driver().stream_wait_event, get(), event.get(), 0U); }

void Stream::copy_to_device(CUdeviceptr to, const void* from, size_t bytes) const {
  const ContextScope scope(*context());
  call_sized(driver(), bytes, driver().memcpy_htod_async, to, from, bytes, get());
}

void Stream::copy_to_host(void* to, CUdeviceptr from, size_t bytes) const {
  const ContextScope scope(*context());
  call_sized(driver(), bytes, driver().memcpy_dtoh_async, to, from, bytes, get());
}

void Stream::copy_on_device(CUdeviceptr to, CUdeviceptr from, size_t bytes) const {
  const ContextScope scope(*context());
  call_sized(driver(), bytes, driver().memcpy_dtod_async, to, from, bytes, get());
}

void Stream::fill(CUdeviceptr to, unsigned char value, size_t bytes) const {
  const ContextScope scope(*context());
  call_sized(driver(), bytes, driver().memset_d8_async, to, value, bytes, get());
}

void Stream::call_host(CUhostFn function, void* data) const {
  call(driver(), driver().launch_host_func, get(), function, data);
}

}  // namespace ntrt::cuda
