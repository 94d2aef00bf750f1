#pragma once
// A model on the CPU backend, run from a test.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/registry.h"
#include "memory/pools.h"
#include "test/model/onnx_builder.h"
#include "test/model/shared_bytes.h"
#include "test/support/model_runner.h"
#include "test/support/ort.h"

namespace ntrt::testing {

inline std::unique_ptr<LoadedModel> load_on_cpu(std::string_view model, const BackendOptions& options = {},
                                                std::vector<ExternalFile> files = {}) {
  ModelSource source = ModelSource::from_bytes(shared_bytes(to_bytes(model)), std::move(files));
  source.verify();
  LoadCancellation cancellation;
  return create_backend({.library_path = onnxruntime_path()})->load(source, options, cancellation);
}

/// One model with one instance.
class CpuRunner : public ModelRunner {
 public:
  explicit CpuRunner(std::string_view model, const BackendOptions& options = {})
      : ModelRunner(load_on_cpu(model, options)) {}
};

}  // namespace ntrt::testing
