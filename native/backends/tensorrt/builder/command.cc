#include "backends/tensorrt/builder/command.h"

#include <string_view>

#include "backends/tensorrt/builder/build.h"
#include "backends/tensorrt/builder/find.h"

namespace ntrt::tensorrt {
namespace {

int dispatch(std::span<const char* const> arguments, Events& events) {
  const std::string_view command = arguments.empty() ? "" : arguments.front();
  if (command == "find") return find(arguments.subspan(1), events);
  if (command == "build") return build(arguments.subspan(1), events);
  const std::string name(command);
  throw Error(Code::kInvalidArgument, "there is no command \"" + name + "\" (find, build)", {{"command", name}});
}

}  // namespace

int run_told(Events& events, const std::function<int()>& work) noexcept {
  try {
    return work();
  } catch (...) {
    const Error error = Error::current();
    events.tell_failure(error);
    const bool is_nothing_tried = error.code() == Code::kInvalidArgument || error.code() == Code::kBackendUnavailable;
    return is_nothing_tried ? kNothingTried : kRefused;
  }
}

int run_command(std::span<const char* const> arguments, Events& events) noexcept {
  return run_told(events, [&] { return dispatch(arguments, events); });
}

}  // namespace ntrt::tensorrt
