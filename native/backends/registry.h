#pragma once
// Which backends this build has, and which one serves a request.

#include <memory>
#include <string>

#include "backends/backend.h"

namespace ntrt {

/// The CPU backend over the ONNX Runtime library at `library_path`. Throws Error{kBackendUnavailable}.
std::unique_ptr<Backend> create_backend(const std::string& library_path);

}  // namespace ntrt
