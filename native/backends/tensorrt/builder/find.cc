#include "backends/tensorrt/builder/find.h"

#include <array>
#include <string_view>

#include "backends/tensorrt/builder/command.h"
#include "backends/tensorrt/builder/this_flavour.h"

namespace ntrt::tensorrt {
namespace {

std::shared_ptr<const Library> open_given(const std::string& path) {
  try {
    return open_library(kThisFlavour, path);
  } catch (const Error& error) {
    const std::string tried = path + " (" + error.message() + ")";
    throw Error(Code::kBackendUnavailable, "no library of " + this_flavour() + ": " + tried,
                {{"backend", this_flavour()}, {"tried", tried}});
  }
}

}  // namespace

UsedLibrary use_library(const Arguments& arguments, Events& events) {
  const std::string path = arguments.one_or_none("--library");
  const std::string parser = arguments.one_or_none("--parser");
  const auto library = path.empty() ? require_library(kThisFlavour) : open_given(path);
  UsedLibrary used{library, parser.empty() ? library->parser : parser};
  events.tell(Json::object({{"event", "library"},
                            {"flavour", this_flavour()},
                            {"version", to_string(library->version)},
                            {"path", library->path},
                            {"parser", used.parser},
                            {"headers", kHeadersVersion}}));
  return used;
}

int find(std::span<const char* const> given, Events& events) {
  static constexpr std::array<std::string_view, 2> kKnown = {"--library", "--parser"};
  use_library(Arguments(given, kKnown), events);
  return kDone;
}

}  // namespace ntrt::tensorrt
