#pragma once
// What TensorRT says, as events.

#include <string>

#include "backends/tensorrt/builder/events.h"
#include "backends/tensorrt/builder/tensorrt_log.h"

namespace ntrt::tensorrt {

/// Tells what is as severe as `level` ("error", "warning", "info" or "verbose"; "" is "warning") or more. Throws
/// Error{kInvalidArgument} for another one.
TensorRtLog::Listener log_events(const std::string& level, Events& events);

}  // namespace ntrt::tensorrt
