#pragma once
// The CPU backend: one ONNX Runtime session per loaded model, driven through the C API.

#include <memory>
#include <string>

#include "backends/backend.h"
#include "backends/cpu/ort_api.h"

namespace ntrt::cpu {

class CpuBackend final : public Backend {
 public:
  /// Opens ONNX Runtime at `library_path` unless the process has it open. Throws Error{kBackendUnavailable}.
  CpuBackend(const std::string& library_path, const std::function<void()>& on_open)
      : ort_(OrtLibrary::open(library_path, on_open)) {}

  std::string_view name() const noexcept override { return "cpu"; }
  std::unique_ptr<LoadedModel> load(const ModelSource& source, const BackendOptions& options,
                                    LoadCancellation& cancellation) override;

 private:
  OrtLibrary& ort_;
};

}  // namespace ntrt::cpu
