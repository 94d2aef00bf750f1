#pragma once
// Which library of TensorRT a command uses.

#include <memory>
#include <span>
#include <string>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/events.h"
#include "backends/tensorrt/loader/library.h"

namespace ntrt::tensorrt {

struct UsedLibrary {
  std::shared_ptr<const Library> library;
  std::string parser;
};

/// That of --library and --parser, or else what the loader finds; told as the event `library`. Throws
/// Error{kBackendUnavailable} with details backend and tried.
UsedLibrary use_library(const Arguments& arguments, Events& events);

/// The command `find`.
int find(std::span<const char* const> given, Events& events);

}  // namespace ntrt::tensorrt
