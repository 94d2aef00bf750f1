#pragma once
// A built plan that was asked for, and what is to run it.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/tensor.h"

namespace ntrt {

/// What is known of a tensor beside the plan: names of open dimensions, or their size where all profiles have the same
/// one; and a shape that is usual. What has another number of dimensions than in the plan is left out.
struct PlanNames {
  std::string tensor;
  std::vector<Dim> dims;
  Shape usual;
};

/// Who is told what TensorRT says of a plan. Called by any thread, in the middle of TensorRT's work.
class PlanLog {
 public:
  virtual ~PlanLog() = default;
  /// Severities: 0 internal error, 1 error, 2 warning, 3 information, 4 detail.
  virtual void add(int severity, const char* text) noexcept = 0;
};

struct PlanRequest {
  std::string module;   ///< absolute path of the backend module, UTF-8
  std::string flavour;  ///< "tensorrt", "tensorrt-rtx"
  std::string library;  ///< path of TensorRT's library; "": the module looks for it
  std::string device;   ///< index or UUID; "": the first
  std::string file;     ///< that the plan is in, UTF-8
  uint64_t offset = 0;  ///< in the file
  uint64_t bytes = 0;
  std::string runtime_cache;  ///< file of TensorRT-RTX's, UTF-8; "": none
  std::string weights;        ///< ONNX model whose weights the plan gets, UTF-8; "": none, it has its own
  /// Device memory for weights that are streamed; -1: what TensorRT thinks best; none: all of them are on the device.
  std::optional<int64_t> weight_budget;
  std::shared_ptr<PlanLog> log;  ///< null: nobody is told
  std::vector<PlanNames> inputs;
  std::vector<PlanNames> outputs;
};

}  // namespace ntrt
