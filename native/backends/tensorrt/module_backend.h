#pragma once
// The backend that runs plans of TensorRT's, by way of a module that knows NVIDIA's interfaces. No header of NVIDIA's.

#include <functional>
#include <memory>
#include <string_view>

#include "backends/backend.h"
#include "backends/plan_request.h"
#include "backends/tensorrt/module_library.h"

namespace ntrt::tensorrt {

class ModuleBackend final : public Backend {
 public:
  /// Opens the module. `on_open` is called once per process and module, when its first load has opened libraries.
  /// Borrows `request`. Throws Error{kBackendUnavailable}.
  ModuleBackend(const PlanRequest& request, std::function<void()> on_open);

  std::string_view name() const noexcept override { return request_.flavour; }

  /// `source` is the file with the plan, of which only the plan is read. Not to be interrupted. Throws what the module
  /// says, and Error{kModelInvalid} with reason 'truncated' for a file that ends before the plan does.
  std::unique_ptr<LoadedModel> load(const ModelSource& source, const BackendOptions& options,
                                    LoadCancellation& cancellation) override;

 private:
  const PlanRequest& request_;
  const std::function<void()> on_open_;
  ModuleLibrary& library_;
};

}  // namespace ntrt::tensorrt
