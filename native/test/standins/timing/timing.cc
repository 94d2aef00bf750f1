// How exactly the stand-in driver keeps the times that it is told to take: a copy at 12 GB/s and a computation of 5 ms,
// 1000 times each, as the host sees it and as events do; and whether a copy and a computation on two streams overlap.
// Not a test: a machine with other work is late. Ends with 1 if something is off by more than 3 %.
//
//   NODE_TENSORRT_CUDA_LIBRARY=…/libcuda.so.1 standin_timing [how often, 1000]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/shared_library.h"
#include "cuda/cuda_error.h"
#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"
#include "test/standins/cuda/standin.h"

namespace ntrt::cuda {
namespace {

constexpr double kLimit = 0.03;
constexpr size_t kBytes = 6'000'000;  // 0.5 ms at 12 GB/s
constexpr double kCopyMs = 0.5;
constexpr double kComputeMs = 5;

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

class Timing {
 public:
  explicit Timing(int times) : times_(times) {
    const std::string path = driver().path;
    enqueue_ = reinterpret_cast<decltype(enqueue_)>(load_symbol(path, "standin_enqueue"));
    auto* set = reinterpret_cast<decltype(&::standin_set)>(load_symbol(path, "standin_set"));
    set("STANDIN_H2D_GBPS", "12");
    std::memset(pinned_.get(), 1, kBytes);
    one_.copy_to_device(memory_.get(), pinned_.get(), kBytes);  // the first touch of pages is slow
    one_.synchronize();
  }

  bool run() {
    bool good = true;
    good &= measure("copy at 12 GB/s, one after the other", kCopyMs * times_, [&] { copies(one_); });
    good &= measure("computation of 5 ms, one after the other", kComputeMs * times_, [&] { computations(one_); });
    const int pairs = std::max(1, times_ / 10);
    const double longer = kComputeMs * pairs;
    good &= measure("ten copies beside each computation, two streams", longer, [&] {
      for (int i = 0; i < pairs; ++i) {
        for (int j = 0; j < 10; ++j) copy(one_);
        compute(two_);
      }
    });
    std::printf("  (one after the other they would take %.1f ms)\n", 2 * longer);
    return good;
  }

 private:
  void copy(const Stream& stream) { stream.copy_to_device(memory_.get(), pinned_.get(), kBytes); }
  void compute(const Stream& stream) {
    const StandinWork work{"compute", kComputeMs * 1000, nullptr, 0, nullptr, nullptr, nullptr};
    if (enqueue_(stream.get(), &work) != 0) std::abort();
  }
  void copies(const Stream& stream) {
    for (int i = 0; i < times_; ++i) copy(stream);
  }
  void computations(const Stream& stream) {
    for (int i = 0; i < times_; ++i) compute(stream);
  }

  template <typename Work>
  bool measure(const char* what, double expected_ms, Work work) {
    start_.record(one_);
    const auto begin = Clock::now();
    work();
    end_.record(one_);
    one_.synchronize();
    two_.synchronize();
    const double host_ms = ms_since(begin);
    const double event_ms = end_.milliseconds_since(start_);
    const double off = host_ms / expected_ms - 1;
    std::printf("%-50s expected %8.1f ms, host %8.1f ms (%+.2f %%), events %8.1f ms\n", what, expected_ms, host_ms,
                100 * off, event_ms);
    return std::abs(off) <= kLimit;
  }

  int times_;
  decltype(&::standin_enqueue) enqueue_ = nullptr;
  ContextPtr context_ = PrimaryContext::retain(driver(), {0});
  Stream one_ = Stream::create(context_);
  Stream two_ = Stream::create(context_);
  Event start_ = Event::create(context_, Event::Timing::kOn);
  Event end_ = Event::create(context_, Event::Timing::kOn);
  DeviceMemory memory_ = DeviceMemory::allocate(context_, kBytes);
  PinnedMemory pinned_ = PinnedMemory::allocate(context_, kBytes);
};

}  // namespace
}  // namespace ntrt::cuda

int main(int argc, char** argv) {
  const int times = argc > 1 ? std::atoi(argv[1]) : 1000;
  return ntrt::cuda::Timing(times).run() ? 0 : 1;
}
