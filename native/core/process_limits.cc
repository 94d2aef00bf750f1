#include "core/process_limits.h"

#ifdef _WIN32
#include <windows.h>
#elif defined(__linux__)
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#endif

namespace ntrt {

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

#elif defined(__linux__)

namespace {

// The sixth number: data and stack, in pages, which is what RLIMIT_DATA counts. 0 when it cannot be read.
uint64_t data_bytes() noexcept {
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 256> text{};
  const ssize_t size = read(file, text.data(), text.size());
  close(file);
  const char* at = text.data();
  const char* const end = at + std::max<ssize_t>(size, 0);
  uint64_t pages = 0;
  for (int i = 0; i < 6; ++i) {
    while (at < end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, pages);
    if (error != std::errc{}) return 0;
    at = next;
  }
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

bool limit_process_memory(uint64_t bytes) noexcept {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // Not RLIMIT_AS: V8 reserves far more address space than it uses.
  const uint64_t now = data_bytes();
  if (now == 0) return false;
  const rlimit data{now + bytes, now + bytes};
  return setrlimit(RLIMIT_DATA, &data) == 0;
}

#else

bool limit_process_memory(uint64_t) noexcept { return false; }

#endif

}  // namespace ntrt
