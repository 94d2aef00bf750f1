#include "cuda/event.h"

#include "cuda/cuda_error.h"
#include "cuda/stream.h"

namespace ntrt::cuda {

Event Event::create(const ContextPtr& context, Timing timing) {
  const Driver& driver = context->driver();
  const ContextScope scope(*context);
  CUevent event = nullptr;
  const unsigned flags = timing == Timing::kOn ? CU_EVENT_DEFAULT : CU_EVENT_DISABLE_TIMING;
  call(driver, driver.event_create, &event, flags);
  return {context, event};
}

void Event::record(StreamView stream) const {
  const ContextScope scope(*context());
  call(driver(), driver().event_record, get(), stream.handle);
}

bool Event::is_done() const { return call_ready(driver(), driver().event_query, get()); }

void Event::synchronize() const { call(driver(), driver().event_synchronize, get()); }

float Event::milliseconds_since(const Event& start) const {
  float milliseconds = 0;
  call(driver(), driver().event_elapsed_time, &milliseconds, start.get(), get());
  return milliseconds;
}

}  // namespace ntrt::cuda
