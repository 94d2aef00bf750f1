#include "backends/tensorrt/builder/arguments.h"

#include <algorithm>

#include "core/error.h"

namespace ntrt::tensorrt {

Arguments::Arguments(std::span<const char* const> given, std::span<const std::string_view> known) {
  for (size_t i = 0; i < given.size(); i += 2) {
    const std::string name = given[i];
    if (std::ranges::find(known, name) == known.end()) {
      throw Error(Code::kInvalidArgument, "unknown argument " + name, {{"option", name}});
    }
    if (i + 1 == given.size()) throw Error(Code::kInvalidArgument, name + " needs a value", {{"option", name}});
    given_.emplace_back(name, given[i + 1]);
  }
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : given_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

std::string Arguments::one(std::string_view name) const {
  std::vector<std::string> values = all(name);
  const std::string option(name);
  if (values.size() != 1) throw Error(Code::kInvalidArgument, "give one " + option, {{"option", option}});
  return values.front();
}

std::string Arguments::one_or_none(std::string_view name) const { return all(name).empty() ? "" : one(name); }

}  // namespace ntrt::tensorrt
