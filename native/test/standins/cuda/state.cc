#include "test/standins/cuda/state.h"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "test/standins/cuda/capture.h"
#include "test/standins/cuda/leaks.h"
#include "test/standins/cuda/stream.h"

namespace standin {
namespace {

struct sigaction next_handler;

/// Says what the fault was, and lets it end the process as it would have.
void on_fault(int signal, siginfo_t* info, void* ucontext) {
  if (state().memory.holds(info->si_addr)) {
    static const char kText[] =
        "standin: VIOLATION host-access: the host reads or writes at an address of device memory\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof kText - 1);
  }
  if ((next_handler.sa_flags & SA_SIGINFO) != 0 && next_handler.sa_sigaction != nullptr) {
    next_handler.sa_sigaction(signal, info, ucontext);
    return;
  }
  if (next_handler.sa_handler != SIG_DFL && next_handler.sa_handler != SIG_IGN) {
    next_handler.sa_handler(signal);
    return;
  }
  // The instruction runs again, and faults without us.
  ::signal(signal, SIG_DFL);
}

void watch_faults() {
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &action, &next_handler);
}

/// Before a leak checker, which registered earlier and so comes later; at_exit() is later still.
void end_threads() {
  std::unique_lock lock(state().mutex);
  reap_workers_at_exit(state(), lock);
}

State* make_state() {
  auto* state = new State();
  state->settings = read_settings();
  state->faults.set(state->settings.faults, state->settings.seed);
  for (size_t i = 0; i < state->settings.devices.size(); ++i) {
    auto device = std::make_unique<Device>();
    device->index = static_cast<int>(i);
    device->context.device = device.get();
    device->compute_free_at.resize(static_cast<size_t>(state->settings.compute_lanes));
    state->devices.push_back(std::move(device));
  }
  state->memory.holds(nullptr);  // reserves the addresses, which a signal handler must not
  watch_faults();
  std::atexit(end_threads);
  return state;
}

/// At the end of the process: what nobody gave back, and violations that no test took.
__attribute__((destructor)) void at_exit() {
  State& s = state();
  bool failed = false;
  {
    const std::lock_guard lock(s.mutex);
    s.settings.abort_on_violation = false;
    if (s.settings.leaks_at_exit) report_leaks(s, nullptr);
    failed = s.reports.size() > 0;
  }
  if (!failed) return;
  std::fprintf(stderr, "standin: violations, see above: exit status %d\n", kFailedStatus);
  std::fflush(nullptr);
  _exit(kFailedStatus);
}

}  // namespace

State& state() {
  static State* const kState = make_state();
  return *kState;
}

Context* State::find_context(CUcontext handle) {
  for (const auto& device : devices) {
    if (device->context.handle != 0 && device->context.handle == reinterpret_cast<uint64_t>(handle)) {
      return &device->context;
    }
  }
  return nullptr;
}

StreamPtr State::make_stream(Context* context, unsigned flags, int priority) {
  auto stream = std::make_shared<Stream>();
  stream->context = context;
  stream->flags = flags;
  stream->priority = priority;
  stream->lane = num_lanes++;
  stream->clock = host;
  return stream;
}

void lose(State& state, Context& context, CUresult code) {
  if (context.lost != CUDA_SUCCESS) return;
  context.lost = code;
  state.changed.notify_all();
}

}  // namespace standin
