#include "backends/tensorrt/runtime/weight_streaming.h"

#include "backends/tensorrt/module/runtime_api.h"
#include "core/error.h"

namespace ntrt::tensorrt {

void limit_weights(nvinfer1::ICudaEngine& engine, const Library& library, const int64_t* budget, RuntimeLog& log) {
  if (budget == nullptr) return;
  if (!library.supports(Feature::kWeightStreaming) || engine.getStreamableWeightsSize() == 0) {
    throw Error(Code::kUnsupported, "the plan was built without weightStreaming: all its weights are on the device",
                {{"reason", "not-streamable"}});
  }
  const int64_t bytes = *budget == NTRT_WEIGHTS_AUTOMATIC ? engine.getWeightStreamingAutomaticBudget() : *budget;
  if (engine.setWeightStreamingBudgetV2(bytes)) return;
  throw log.explain(Code::kBackendError, "a budget of " + std::to_string(bytes) + " bytes for weights is not taken",
                    {{"reason", "weight-budget"}, {"bytes", static_cast<double>(bytes)}});
}

}  // namespace ntrt::tensorrt
