#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace ntrt::nvidia {

inline std::string read_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace ntrt::nvidia
