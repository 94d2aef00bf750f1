#pragma once
// Arguments of the form --name value, each of which may come several times.

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ntrt::nvidia {

class Arguments {
 public:
  /// Throws std::invalid_argument for what is not in `known` or has no value.
  Arguments(int argc, char** argv, const std::vector<std::string_view>& known) {
    for (int i = 1; i < argc; i += 2) {
      const std::string_view name = argv[i];
      bool is_known = false;
      for (const std::string_view candidate : known) is_known = is_known || candidate == name;
      if (!is_known) throw std::invalid_argument("unknown argument " + std::string(name));
      if (i + 1 == argc) throw std::invalid_argument(std::string(name) + " needs a value");
      given_.emplace_back(name, argv[i + 1]);
    }
  }

  std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> values;
    for (const auto& [key, value] : given_) {
      if (key == name) values.push_back(value);
    }
    return values;
  }

  std::string one(std::string_view name) const {
    std::vector<std::string> values = all(name);
    if (values.size() != 1) throw std::invalid_argument("give one " + std::string(name));
    return values.front();
  }

 private:
  std::vector<std::pair<std::string, std::string>> given_;
};

}  // namespace ntrt::nvidia
