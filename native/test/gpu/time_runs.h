#pragma once

#include "cuda/stream.h"

namespace ntrt::gpu {

/// By events of the device: what `work` submits to the stream takes so long.
template <typename Work>
double microseconds_per_run(const cuda::Stream& stream, int times, Work work) {
  const auto start = cuda::Event::create(stream.context(), cuda::Event::Timing::kOn);
  const auto end = cuda::Event::create(stream.context(), cuda::Event::Timing::kOn);
  start.record(stream);
  for (int i = 0; i < times; ++i) work();
  end.record(stream);
  stream.synchronize();
  return end.milliseconds_since(start) * 1000 / times;
}

}  // namespace ntrt::gpu
