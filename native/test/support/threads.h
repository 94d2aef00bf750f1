#pragma once
// Whether the threads of this process have come to rest. Linux only; elsewhere tests that need it are skipped.

#include <filesystem>
#include <fstream>
#include <string>

#include "test/support/wait.h"

#ifdef __linux__
#include <unistd.h>
#define NTRT_HAS_THREAD_STATES 1
#endif

namespace ntrt::testing {

#ifdef NTRT_HAS_THREAD_STATES
/// True when every thread but the caller's sleeps. A thread that was woken by a notification that has returned does
/// not count as asleep, even before it runs: the kernel marks it runnable first.
inline bool all_others_sleep() {
  std::error_code gone;  // threads may end while we look
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", gone)) {
    if (task.path().filename() == std::to_string(gettid())) continue;
    std::string stat;
    std::getline(std::ifstream(task.path() / "stat"), stat);
    const size_t state = stat.rfind(')') + 2;
    if (state < stat.size() && stat[state] != 'S') return false;
  }
  return true;
}

/// Waits until nothing moves any more unless the caller moves it.
inline void wait_until_others_sleep() {
  wait_until("the other threads to come to rest", [] { return all_others_sleep() && all_others_sleep(); });
}
#endif

}  // namespace ntrt::testing
