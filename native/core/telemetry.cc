#include "core/telemetry.h"

#include <cstdlib>

namespace ntrt {
namespace {

constexpr const char* kVariable = "ORT_DISABLE_TELEMETRY";

}  // namespace

void opt_out_of_telemetry() noexcept {
#ifdef _WIN32
  // There it is ETW's, which OrtApi::DisableTelemetryEvents switches off. This is for versions to come.
  if (std::getenv(kVariable) == nullptr) _putenv_s(kVariable, "1");
#else
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other way, and the header says when
  ::setenv(kVariable, "1", 0);
#endif
}

}  // namespace ntrt
