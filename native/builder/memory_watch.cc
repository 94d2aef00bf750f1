#include "builder/memory_watch.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "builder/platform.h"
#include "core/process_limits.h"

namespace ntrt::builder {
namespace {

constexpr std::chrono::milliseconds kInterval{500};
/// Less in an interval is what watching itself takes.
constexpr double kIdleSeconds = 0.005;
/// Of looking in a row: three seconds.
constexpr int kIdleTimes = 6;
/// The builder asks for pieces as large as this.
constexpr uint64_t kLargePiece = uint64_t{64} << 20;

/// Whether so little is left of a limit that something may have been refused.
bool is_near_limit(uint64_t left, uint64_t limit) noexcept { return left < std::max(kLargePiece, limit / 4); }

}  // namespace

void watch_memory(uint64_t limit, void (*stuck)(uint64_t left)) {
  // Never joined: it watches as long as the process lives.
  std::thread([limit, stuck] {
    double before = processor_seconds();
    for (int idle = 0; idle < kIdleTimes;) {
      std::this_thread::sleep_for(kInterval);
      const double now = processor_seconds();
      const bool is_idle = now - before < kIdleSeconds && is_near_limit(process_memory_left(), limit);
      idle = is_idle ? idle + 1 : 0;
      before = now;
    }
    stuck(process_memory_left());
  }).detach();
}

}  // namespace ntrt::builder
