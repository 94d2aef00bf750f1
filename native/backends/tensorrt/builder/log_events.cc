#include "backends/tensorrt/builder/log_events.h"

#include <array>

#include "backends/tensorrt/builder/options.h"

namespace ntrt::tensorrt {
namespace {

using Severity = nvinfer1::ILogger::Severity;

constexpr auto kLevelNames = std::to_array<Named<Severity>>({
    {"error", Severity::kERROR},
    {"warning", Severity::kWARNING},
    {"info", Severity::kINFO},
    {"verbose", Severity::kVERBOSE},
});

std::string_view level_name(Severity severity) {
  for (const Named<Severity>& level : kLevelNames) {
    if (severity <= level.value) return level.name;
  }
  return kLevelNames.back().name;
}

}  // namespace

TensorRtLog::Listener log_events(const std::string& level, Events& events) {
  const Severity least = value_named<Severity>(kLevelNames, "--log-level", level.empty() ? "warning" : level);
  return [least, &events](Severity severity, const char* text) {
    if (severity > least) return;
    events.tell(Json::object({{"event", "log"}, {"severity", level_name(severity)}, {"text", text}}));
  };
}

}  // namespace ntrt::tensorrt
