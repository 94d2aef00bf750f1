#include "backends/registry.h"

#include "backends/cpu/cpu_backend.h"

namespace ntrt {

std::unique_ptr<Backend> create_backend(const std::string& library_path, const std::function<void()>& on_open) {
  return std::make_unique<cpu::CpuBackend>(library_path, on_open);
}

}  // namespace ntrt
