#include "test/standins/tensorrt/builder.h"

#include <algorithm>
#include <functional>

#include "test/standins/settings.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/not_modelled.h"
#include "test/standins/tensorrt/phases.h"
#include "test/standins/tensorrt/weights.h"

namespace standin {

using nvinfer1::ErrorCode;

bool Builder::setMaxThreads(int32_t number) noexcept {
  if (number < 1) return voice_.error(ErrorCode::kINVALID_ARGUMENT, "a builder needs a thread");
  threads_ = number;
  return true;
}

/// Whether each profile says the shape of every input with open dimensions, and fits it.
bool Builder::check_profiles(const Model& model, const Config& config) const {
  const auto is_open = [](const ModelTensor& input) { return has_open(input.dims); };
  if (config.profiles().empty() && std::any_of(model.inputs.begin(), model.inputs.end(), is_open)) {
    return voice_.error(ErrorCode::kINVALID_CONFIG,
                        "the network has open dimensions and the configuration has no profile");
  }
  for (const ProfileTable& profile : config.profiles()) {
    for (const ModelTensor& input : model.inputs) {
      const auto found = profile.find(input.name);
      if (found == profile.end()) {
        if (!is_open(input)) continue;
        return voice_.error(ErrorCode::kINVALID_CONFIG, "a profile lacks the input " + input.name);
      }
      const Dims& best = found->second.opt();
      bool fits = best.nbDims == input.dims.nbDims;
      for (int32_t i = 0; fits && i < best.nbDims; ++i) {
        const int64_t size = input.dims.d[i];
        fits = size < 0 || (found->second.min().d[i] == size && found->second.max().d[i] == size);
      }
      if (!fits) {
        return voice_.error(ErrorCode::kINVALID_CONFIG,
                            "a profile does not fit the input " + input.name + ", which is " + text_of(input.dims));
      }
    }
  }
  return true;
}

/// The compute capabilities that the engine is for.
std::optional<std::vector<int>> Builder::targets(const Model& model, const Config& config) const {
#ifdef TRT_MAJOR_RTX
  std::vector<int> result = config.targets();
  for (int& target : result) {
    if (target != static_cast<int>(nvinfer1::ComputeCapability::kCURRENT)) continue;
    target = build_compute_capability();
    if (target == 0) {
      voice_.error(ErrorCode::kINVALID_CONFIG, "there is no GPU to build for");
      return std::nullopt;
    }
  }
  constexpr int kTuring = 75;
  if (model.has_float_matrices && std::find(result.begin(), result.end(), kTuring) != result.end()) {
    voice_.error(ErrorCode::kINTERNAL_ERROR, "FP32 GEMM is not supported for Turing (SM75)");
    return std::nullopt;
  }
  return result;
#else
  const int current = build_compute_capability();
  if (current == 0) {
    voice_.error(ErrorCode::kINVALID_STATE, "there is no GPU to build for");
    return std::nullopt;
  }
  return std::vector<int>{current};
#endif
}

/// What would be measured is one entry of the timing cache, if there is one.
bool Builder::note_timing(const Model& model, const Config& config) const {
  TimingCache* const cache = config.timing_cache();
  if (cache == nullptr || config.getFlag(nvinfer1::BuilderFlag::kDISABLE_TIMING_CACHE)) return true;
  const bool is_new = cache->add(std::hash<std::string>()(model.bytes));
  if (!is_new || !config.getFlag(nvinfer1::BuilderFlag::kERROR_ON_TIMING_CACHE_MISS)) return true;
  return voice_.error(ErrorCode::kINTERNAL_ERROR, "a tactic is not in the timing cache");
}

std::optional<std::string> Builder::build(Network& network, const Config& config) {
  const ModelPtr& model = network.model();
  if (model == nullptr || model->outputs.empty()) {
    voice_.error(ErrorCode::kINVALID_STATE, "the network has no output");
    return std::nullopt;
  }
  if (network.is_renamed()) report_not_modelled("a network whose tensors have other names than the model's");
  if (!check_profiles(*model, config)) return std::nullopt;
  const std::chrono::duration<double, std::milli> time(number_setting("STANDIN_BUILD_MS", 0));
  const bool goes_on = tell_phases(config.getProgressMonitor(), time);
  if (!goes_on) {
    voice_.error(ErrorCode::kINVALID_STATE, "the build was ended by its monitor");
    return std::nullopt;
  }
  const auto compute_capabilities = targets(*model, config);
  if (!compute_capabilities) return std::nullopt;
  if (!note_timing(*model, config)) return std::nullopt;
  if (!call("buildSerializedNetwork")) {
    voice_.error(ErrorCode::kINTERNAL_ERROR, "a fault that was asked for");
    return std::nullopt;
  }
  Plan plan{library_version(),
            network.getName(),
            config.getFlags(),
            static_cast<int32_t>(config.getHardwareCompatibilityLevel()),
            static_cast<int32_t>(config.getProfilingVerbosity()),
            *compute_capabilities,
            config.profiles(),
            model};
  if (plan.has(nvinfer1::BuilderFlag::kSTRIP_PLAN)) plan.model = read_model(without_weights(model->bytes), model->path);
  return write_plan(plan);
}

nvinfer1::IHostMemory* Builder::buildSerializedNetwork(nvinfer1::INetworkDefinition& network,
                                                       nvinfer1::IBuilderConfig& config) noexcept {
  auto plan = build(network_of(network), static_cast<Config&>(config));
  return plan ? new HostMemory(std::move(*plan)) : nullptr;
}

bool Builder::buildSerializedNetworkToStream(nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig& config,
                                             nvinfer1::IStreamWriter& writer) noexcept {
  const auto plan = build(network_of(network), static_cast<Config&>(config));
  if (!plan) return false;
  const auto bytes = static_cast<int64_t>(plan->size());
  return writer.write(plan->data(), bytes) == bytes ||
         voice_.error(ErrorCode::kFAILED_EXECUTION, "the writer did not take the engine");
}

}  // namespace standin
