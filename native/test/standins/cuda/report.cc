#include "test/standins/cuda/report.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace standin {

void Reports::add(const char* kind, const std::string& text, bool abort) {
  const std::string line = std::string(kind) + ": " + text;
  std::fprintf(stderr, "standin: VIOLATION %s\n", line.c_str());
  if (abort) std::abort();
  lines_.push_back(line);
}

std::vector<std::string> Reports::take() { return std::exchange(lines_, {}); }

}  // namespace standin
