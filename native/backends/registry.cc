#include "backends/registry.h"

#include "backends/cpu/cpu_backend.h"
#include "backends/tensorrt/module_backend.h"

namespace ntrt {

std::unique_ptr<Backend> create_backend(const BackendRequest& request) {
  if (request.plan != nullptr) return std::make_unique<tensorrt::ModuleBackend>(*request.plan, request.on_open);
  return std::make_unique<cpu::CpuBackend>(request.library_path, request.on_open);
}

}  // namespace ntrt
