#pragma once
// Settings of the stand-ins of TensorRT, beside the driver's: environment variables, read at each use. docs/standins.md
// lists them.

#include <cstdlib>
#include <string>

namespace standin {

/// Its value; `otherwise` if it is not set. Ends the process with a message if it is no number.
double number_setting(const char* name, double otherwise);

inline std::string text_setting(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): tests set it before threads begin
  return value != nullptr ? value : "";
}

}  // namespace standin
