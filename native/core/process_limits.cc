#include "core/process_limits.h"

#include <limits>

#ifdef _WIN32
#include <windows.h>
#elif defined(__linux__)
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#endif

namespace ntrt {

[[maybe_unused]] static constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

#ifdef _WIN32

bool limit_process_memory(uint64_t bytes) noexcept {
  // The job stays in force when its handle is closed, as long as the process is in it.
  const HANDLE job = CreateJobObjectW(nullptr, nullptr);
  if (job == nullptr) return false;
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags =
      JOB_OBJECT_LIMIT_PROCESS_MEMORY | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
  limits.ProcessMemoryLimit = static_cast<SIZE_T>(bytes);
  const bool limited = SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)) != 0 &&
                       AssignProcessToJobObject(job, GetCurrentProcess()) != 0;
  CloseHandle(job);
  return limited;
}

uint64_t process_memory_left() noexcept { return kNoLimit; }

#elif defined(__linux__)

namespace {

// The sixth number: data and stack, in pages, which is what RLIMIT_DATA counts. 0 when it cannot be read.
uint64_t data_bytes() noexcept {
  std::array<char, 256> text{};
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  (void)!read(file, text.data(), text.size() - 1);
  close(file);
  unsigned long pages = 0;
  // NOLINTNEXTLINE(cert-err34-c,bugprone-unchecked-string-to-number-conversion): the kernel wrote it
  std::sscanf(text.data(), "%*s %*s %*s %*s %*s %lu", &pages);
  return uint64_t{pages} * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

bool limit_process_memory(uint64_t bytes) noexcept {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // Not RLIMIT_AS: V8 and CUDA reserve far more address space than they use. What they reserve cannot be written, so
  // that this limit, of private mappings that can be, does not count it.
  const uint64_t most = data_bytes() + bytes;
  const rlimit data{most, most};
  return setrlimit(RLIMIT_DATA, &data) == 0;
}

uint64_t process_memory_left() noexcept {
  rlimit data{};
  if (getrlimit(RLIMIT_DATA, &data) != 0 || data.rlim_cur == RLIM_INFINITY) return kNoLimit;
  const uint64_t used = data_bytes();
  return used < data.rlim_cur ? data.rlim_cur - used : 0;
}

#else

bool limit_process_memory(uint64_t) noexcept { return false; }
uint64_t process_memory_left() noexcept { return kNoLimit; }

#endif

}  // namespace ntrt
