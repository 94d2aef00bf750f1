// The functions of standin.h.
#include "test/standins/cuda/call.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace standin;

namespace {

/// A caller's data, dropped once nobody runs the work any more.
class Payload {
 public:
  explicit Payload(const StandinWork& work) : work_(work) {}
  Payload(const Payload&) = delete;
  Payload& operator=(const Payload&) = delete;
  ~Payload() {
    if (work_.drop != nullptr) work_.drop(work_.user);
  }

  int run(const std::vector<std::byte*>& memory) const {
    return work_.run == nullptr ? 0 : work_.run(work_.user, reinterpret_cast<void* const*>(memory.data()));
  }

 private:
  StandinWork work_;
};

}  // namespace

int standin_enqueue(void* handle, const StandinWork* work) {
  auto payload = std::make_shared<const Payload>(*work);
  OperationSpec spec{.name = work->name, .engine = EngineKind::kCompute};
  spec.duration = Nanoseconds(static_cast<int64_t>(work->duration_us * 1e3));
  spec.accesses.assign(work->accesses, work->accesses + work->num_accesses);
  spec.run = [payload](const std::vector<std::byte*>& memory) { return payload->run(memory); };
  payload.reset();
  Call call("standin_enqueue", Needs::kInit);
  if (const StreamPtr stream = call.stream(static_cast<CUstream>(handle))) enqueue(call, stream, spec);
  // What was not taken is dropped by the caller's thread, without our lock.
  call.lock.unlock();
  return call.result;
}

int standin_call(const char* function) { return Call(function, Needs::kNothing).result; }

void standin_report(const char* kind, const char* text) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  s.violation(kind, text);
}

void standin_set(const char* name, const char* value) {
  override_setting(name, value);
  const Settings settings = read_settings();
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (settings.devices.size() != s.devices.size()) {
    std::fprintf(stderr, "standin: STANDIN_DEVICES cannot change any more\n");
    std::abort();
  }
  s.settings = settings;
  if (std::string_view(name) == "STANDIN_FAULTS" || std::string_view(name) == "STANDIN_SEED") {
    s.faults.set(settings.faults, settings.seed);
  }
}

int standin_num_violations() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  return static_cast<int>(s.reports.size());
}

int standin_take_violations(char* text, size_t bytes) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  const std::vector<std::string> lines = s.reports.take();
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  if (bytes > 0) {
    const size_t taken = std::min(bytes - 1, all.size());
    std::memcpy(text, all.data(), taken);
    text[taken] = '\0';
  }
  return static_cast<int>(lines.size());
}

void standin_release_hangs() {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  ++s.num_hang_releases;
  s.changed.notify_all();
}

uint64_t standin_used_bytes(int device) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  if (device < 0 || static_cast<size_t>(device) >= s.devices.size()) return 0;
  return s.devices[static_cast<size_t>(device)]->used;
}

uint64_t standin_num_calls(const char* function) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  return s.faults.num_calls(function);
}

void* standin_bytes_at(uint64_t address, size_t bytes) {
  State& s = state();
  const std::lock_guard lock(s.mutex);
  for (const auto& [begin, block] : s.memory.blocks()) {
    if (address >= begin && address + bytes <= begin + block->bytes) return block->data + (address - begin);
  }
  return nullptr;
}
