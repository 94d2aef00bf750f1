#include "test/standins/tensorrt/options.h"

#include <cstdio>

namespace standin {

double number_setting(const char* name, double otherwise) {
  const std::string text = text_setting(name);
  if (text.empty()) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (*end == '\0' && value >= 0) return value;
  std::fprintf(stderr, "standin: %s: expected a number, received \"%s\"\n", name, text.c_str());
  std::abort();
}

}  // namespace standin
