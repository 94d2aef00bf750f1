#pragma once
// Arguments of the form --name value, each of which may come several times.

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ntrt::tensorrt {

class Arguments {
 public:
  using Pair = std::pair<std::string, std::string>;

  /// Throws Error{kInvalidArgument} for what is not in `known` or has no value.
  Arguments(std::span<const char* const> given, std::span<const std::string_view> known);
  Arguments(int argc, char** argv, const std::vector<std::string_view>& known)
      : Arguments(std::span<const char* const>(argv + 1, static_cast<size_t>(argc - 1)), known) {}

  /// In the order in which they were given.
  const std::vector<Pair>& given() const { return given_; }

  std::vector<std::string> all(std::string_view name) const;

  /// Throws Error{kInvalidArgument} where it was not given once.
  std::string one(std::string_view name) const;

  /// The same; "" where it was not given.
  std::string one_or_none(std::string_view name) const;

 private:
  std::vector<Pair> given_;
};

}  // namespace ntrt::tensorrt
