#pragma once
// Which backends this build has, and which one serves a request.

#include <functional>
#include <memory>
#include <string>

#include "backends/backend.h"

namespace ntrt {

/// The CPU backend over the ONNX Runtime library at `library_path`. `on_open` is called once per process, when the
/// library is mapped and before anything in it is used. Throws Error{kBackendUnavailable}.
std::unique_ptr<Backend> create_backend(const std::string& library_path, const std::function<void()>& on_open);

}  // namespace ntrt
