#pragma once
// The command `build`: a model becomes an engine, or is only checked.

#include <span>

#include "backends/tensorrt/builder/events.h"

namespace ntrt::tensorrt {

/// See docs of the arguments in build.cc. Throws Error; what the parser refuses is an event and kRefused.
int build(std::span<const char* const> given, Events& events);

}  // namespace ntrt::tensorrt
