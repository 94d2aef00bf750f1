// A backend module that waits for ever, as NVIDIA's builder may for a thread that found no memory: `take` once it has
// taken all that there is, anything else at once.

#include <chrono>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

#include "backends/tensorrt/module/module_api.h"

namespace {

void take_all(std::vector<std::vector<char>>& taken) {
  constexpr size_t kPiece = size_t{1} << 20;
  try {
    for (;;) taken.emplace_back(kPiece, '\1');
  } catch (const std::bad_alloc&) {
    taken.pop_back();  // as a thread that ended gives some back
  }
}

int command(const char* const* arguments, size_t count, void (*emit)(void*, const char*, size_t), void* context) {
  std::vector<std::vector<char>> taken;
  taken.reserve(size_t{1} << 16);
  if (count > 0 && std::strcmp(arguments[0], "take") == 0) take_all(taken);
  constexpr char kEvent[] = R"({"event":"waits"})";
  emit(context, kEvent, sizeof(kEvent) - 1);
  for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}

constexpr NtrtModule kModule{NTRT_MODULE_ABI, sizeof(NtrtModule), "stuck", "0", command, nullptr};

}  // namespace

extern "C" NTRT_MODULE_EXPORT const NtrtModule* node_tensorrt_module(uint32_t) { return &kModule; }
