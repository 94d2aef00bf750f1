// node-tensorrt-builder MODULE COMMAND [--name value …], or --stdin: opens a backend module and has it do the command.
// A process of its own, so that a build that crashes, or takes too much memory, takes nobody with it, and so that
// ending it cancels the build. Events are JSON objects on the standard output, one a line.
//
// --memory-limit BYTES limits this process. Exit code: 0 done, 1 refused, 2 nothing could be tried, 3 the process that
// asked has died.

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "backends/tensorrt/module/module_api.h"
#include "builder/arguments.h"
#include "builder/memory_watch.h"
#include "builder/parent_watch.h"
#include "builder/platform.h"
#include "core/error.h"
#include "core/json.h"
#include "core/process_limits.h"
#include "core/shared_library.h"

namespace ntrt::builder {
namespace {

constexpr int kNothingTried = 2;

const EventPipe& events() {
  static const EventPipe kPipe = EventPipe::take_standard_output();
  return kPipe;
}

void emit_event(void*, const char* json, size_t size) {
  if (!events().write_line({json, size})) end_process(kAskerDied);
}

void tell_failed(const Error& error) noexcept {
  std::fprintf(stderr, "node-tensorrt-builder: %s\n", error.what());
  try {
    std::vector<Json::Member> details;
    for (const Detail& detail : error.details()) details.emplace_back(detail.key, std::get<std::string>(detail.value));
    const Json event = Json::object({{"event", "failed"},
                                     {"code", code_name(error.code())},
                                     {"message", error.message()},
                                     {"details", Json::object(details)}});
    emit_event(nullptr, event.text().data(), event.text().size());
  } catch (...) {
    constexpr std::string_view kText =
        R"({"event":"failed","code":"OUT_OF_MEMORY","message":"out of host memory","details":{"kind":"host"}})";
    emit_event(nullptr, kText.data(), kText.size());
  }
}

/// A library that lets an exception out of a function that must not throw, for lack of memory, say, ends the process:
/// not before this has told why.
[[noreturn]] void on_terminate() noexcept {
  constexpr int kRefused = 1;
  if (std::current_exception() == nullptr) std::abort();
  try {
    throw;
  } catch (...) {
    tell_failed(Error::current());
  }
  end_process(kRefused);
}

void on_stuck(uint64_t left) {
  constexpr int kRefused = 1;
  const std::string text = "out of host memory: nothing goes on any more, and " + std::to_string(left >> 20) +
                           " MiB are left of the limit of this process";
  tell_failed(Error(Code::kOutOfMemory, text, {{"kind", "host"}}));
  end_process(kRefused);
}

const NtrtModule& open_module(const std::string& path) {
  const auto entry = reinterpret_cast<NtrtModuleEntry>(load_symbol(path, "node_tensorrt_module"));
  const NtrtModule* module = entry(NTRT_MODULE_ABI);
  // What is needed of it; a newer one has more, an older one less behind that.
  constexpr size_t kNeeded = offsetof(NtrtModule, command) + sizeof(NtrtModule::command);
  if (module == nullptr || module->size < kNeeded) {
    throw Error(Code::kBackendUnavailable, path + " is of another version than this program", {{"path", path}});
  }
  return *module;
}

int run_request(const Request& request) {
  // First: the stack of its thread is not taken from what the build may have.
  if (request.memory_limit > 0) watch_memory(request.memory_limit, on_stuck);
  if (request.memory_limit > 0 && !limit_process_memory(request.memory_limit)) {
    throw Error(Code::kUnsupported, "this system has no limit for the memory of a process",
                {{"option", "--memory-limit"}});
  }
  const NtrtModule& module = open_module(request.module);
  std::vector<const char*> arguments;
  for (const std::string& argument : request.arguments) arguments.push_back(argument.c_str());
  return module.command(arguments.data(), arguments.size(), emit_event, nullptr);
}

Request read_request(int argc, char** argv) {
  if (!is_from_standard_input(argc, argv)) return read_command_line(argc, argv);
  Request request = read_standard_input_request();
  watch_standard_input();
  return request;
}

int run(int argc, char** argv) {
  events();
  std::set_terminate(on_terminate);
  try {
    return run_request(read_request(argc, argv));
  } catch (...) {
    tell_failed(Error::current());
    return kNothingTried;
  }
}

}  // namespace
}  // namespace ntrt::builder

int main(int argc, char** argv) { ntrt::builder::end_process(ntrt::builder::run(argc, argv)); }
