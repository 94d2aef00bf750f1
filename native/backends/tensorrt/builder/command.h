#pragma once
// What a module is asked for.

#include <functional>
#include <span>

#include "backends/tensorrt/builder/events.h"

namespace ntrt::tensorrt {

/// Exit codes of a command.
inline constexpr int kDone = 0;
inline constexpr int kRefused = 1;
inline constexpr int kNothingTried = 2;

/// Calls it for an exit code; what it throws becomes an event.
int run_told(Events& events, const std::function<int()>& work) noexcept;

/// Does the command that stands first, with the --name value behind it; what fails becomes an event.
int run_command(std::span<const char* const> arguments, Events& events) noexcept;

}  // namespace ntrt::tensorrt
