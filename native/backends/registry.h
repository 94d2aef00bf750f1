#pragma once
// Which backends this build has, and which one serves a request.

#include <functional>
#include <memory>
#include <string>

#include "backends/backend.h"
#include "backends/plan_request.h"

namespace ntrt {

struct BackendRequest {
  std::string library_path = {};          ///< of ONNX Runtime
  const PlanRequest* plan = nullptr;      ///< not null: a module runs it, ONNX Runtime is not used
  std::function<void()> on_open = [] {};  ///< see create_backend()
};

/// The CPU backend over the ONNX Runtime library, or a module of TensorRT's. `on_open` is called once per process and
/// library, when that is mapped: of ONNX Runtime before anything in it is used, of a module after its first load. What
/// `request` points at must outlive the backend. Throws Error{kBackendUnavailable}.
std::unique_ptr<Backend> create_backend(const BackendRequest& request);

}  // namespace ntrt
