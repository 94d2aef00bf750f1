#include "builder/platform.h"

#include <cerrno>
#include <cstdlib>
#include <mutex>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#else
#include <unistd.h>
#include <csignal>
#include <ctime>
#endif

namespace ntrt::builder {

#ifdef _WIN32

namespace {

constexpr int kStandardInput = 0;
constexpr int kStandardOutput = 1;
constexpr int kStandardError = 2;

int write_some(int file, const char* bytes, size_t size) { return _write(file, bytes, static_cast<unsigned>(size)); }
int read_some(int file, char* bytes, size_t size) { return _read(file, bytes, static_cast<unsigned>(size)); }

}  // namespace

EventPipe EventPipe::take_standard_output() {
  const int file = _dup(kStandardOutput);
  _setmode(file, _O_BINARY);
  _setmode(kStandardInput, _O_BINARY);
  _dup2(kStandardError, kStandardOutput);
  return EventPipe(file);
}

double processor_seconds() noexcept {
  FILETIME created{};
  FILETIME exited{};
  FILETIME kernel{};
  FILETIME user{};
  if (GetProcessTimes(GetCurrentProcess(), &created, &exited, &kernel, &user) == 0) return 0;
  const auto seconds = [](const FILETIME& time) {
    return static_cast<double>(uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime) * 1e-7;
  };
  return seconds(kernel) + seconds(user);
}

#else

namespace {

constexpr int kStandardInput = STDIN_FILENO;

ssize_t write_some(int file, const char* bytes, size_t size) { return ::write(file, bytes, size); }
ssize_t read_some(int file, char* bytes, size_t size) { return ::read(file, bytes, size); }

}  // namespace

EventPipe EventPipe::take_standard_output() {
  std::signal(SIGPIPE, SIG_IGN);  // write() tells it
  const int file = dup(STDOUT_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  return EventPipe(file);
}

double processor_seconds() noexcept {
  timespec time{};
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

#endif

bool EventPipe::write_line(std::string_view text) const noexcept {
  static std::mutex mutex;
  // A parent that reads slowly is waited for; one that has died is noticed elsewhere (parent_watch.h).
  const std::lock_guard lock(mutex);
  return write(text) && write("\n");
}

bool EventPipe::write(std::string_view text) const noexcept {
  while (!text.empty()) {
    const auto written = write_some(file_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

size_t read_standard_input(char* bytes, size_t size) noexcept {
  for (;;) {
    const auto number = read_some(kStandardInput, bytes, size);
    if (number >= 0) return static_cast<size_t>(number);
    if (errno != EINTR) return 0;
  }
}

void end_process(int code) noexcept { std::_Exit(code); }

}  // namespace ntrt::builder
