#include "test/standins/tensorrt/engine.h"

#include <algorithm>

#include "test/standins/settings.h"
#include "test/standins/tensorrt/builder.h"
#include "test/standins/tensorrt/context.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/weights.h"

namespace standin {

using nvinfer1::BuilderFlag;

namespace {

const ModelTensor* find(const std::vector<ModelTensor>& tensors, std::string_view name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const auto& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

}  // namespace

const ModelTensor* EngineCore::input(std::string_view name) const { return find(model().inputs, name); }

const ModelTensor* EngineCore::output(std::string_view name) const { return find(model().outputs, name); }

const ModelTensor* EngineCore::tensor(std::string_view name) const {
  const ModelTensor* found = input(name);
  return found != nullptr ? found : output(name);
}

int64_t EngineCore::scratch_bytes() const {
  constexpr double kDefault = 64.0 * 1024;
  return static_cast<int64_t>(number_setting("STANDIN_SCRATCH_BYTES", kDefault));
}

Engine::Engine(std::shared_ptr<EngineCore> core, DeviceBlock weights)
    : core_(std::move(core)),
      weights_(std::move(weights)),
      lacks_weights_(core_->plan.has(BuilderFlag::kSTRIP_PLAN)),
      streamable_bytes_(core_->plan.has(BuilderFlag::kWEIGHT_STREAMING) ? weight_bytes(core_->model().bytes) : 0),
      budget_(streamable_bytes_) {}

Engine::~Engine() noexcept {
  if (contexts_.use_count() == 1) return;
  if (const Driver* driver = Driver::find()) driver->report("use-after-free", "an engine goes before its contexts");
}

int32_t Engine::getNbIOTensors() const noexcept {
  return static_cast<int32_t>(core_->model().inputs.size() + core_->model().outputs.size());
}

const char* Engine::getIOTensorName(int32_t index) const noexcept {
  const Model& model = core_->model();
  if (index < 0 || index >= getNbIOTensors()) return nullptr;
  const auto i = static_cast<size_t>(index);
  return (i < model.inputs.size() ? model.inputs[i] : model.outputs[i - model.inputs.size()]).name.c_str();
}

nvinfer1::TensorIOMode Engine::getTensorIOMode(const char* name) const noexcept {
  if (core_->input(name) != nullptr) return nvinfer1::TensorIOMode::kINPUT;
  return core_->output(name) != nullptr ? nvinfer1::TensorIOMode::kOUTPUT : nvinfer1::TensorIOMode::kNONE;
}

Dims Engine::getTensorShape(const char* name) const noexcept {
  const ModelTensor* const tensor = core_->tensor(name);
  if (tensor != nullptr) return tensor->dims;
  core_->voice.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, std::string("there is no tensor ") + name);
  return no_dims();
}

DataType Engine::getTensorDataType(const char* name) const noexcept {
  const ModelTensor* const tensor = core_->tensor(name);
  if (tensor != nullptr) return tensor->type;
  core_->voice.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, std::string("there is no tensor ") + name);
  return DataType::kFLOAT;
}

int32_t Engine::getTensorBytesPerComponent(const char* name) const noexcept {
  const ModelTensor* const tensor = core_->tensor(name);
  return tensor == nullptr ? -1 : element_bytes(tensor->type);
}

int32_t Engine::getNbOptimizationProfiles() const noexcept {
  return std::max(1, static_cast<int32_t>(core_->plan.profiles.size()));
}

Dims Engine::getProfileShape(const char* name, int32_t profile, nvinfer1::OptProfileSelector select) const noexcept {
  const ModelTensor* const input = core_->input(name);
  if (input == nullptr || profile < 0 || profile >= getNbOptimizationProfiles()) {
    core_->voice.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, std::string("there is no such profile of ") + name);
    return no_dims();
  }
  if (core_->plan.profiles.empty()) return input->dims;
  const ProfileTable& table = core_->plan.profiles[static_cast<size_t>(profile)];
  const auto found = table.find(name);
  return found == table.end() ? input->dims : found->second.dims[static_cast<size_t>(select)];
}

bool Engine::isRefittable() const noexcept {
  const Plan& plan = core_->plan;
  return plan.has(BuilderFlag::kREFIT) || plan.has(BuilderFlag::kREFIT_IDENTICAL) || plan.has(BuilderFlag::kSTRIP_PLAN);
}

void Engine::take_weights(std::string model) {
  ModelPtr whole = read_model(std::move(model), core_->model().path);
  core_->compute = make_compute(whole);
  core_->plan.model = std::move(whole);
  lacks_weights_ = false;
}

bool Engine::setWeightStreamingBudgetV2(int64_t bytes) noexcept {
  const auto refuse = [&](const char* text) {
    return core_->voice.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, text);
  };
  if (streamable_bytes_ == 0) return refuse("the engine was not built to stream its weights");
  if (bytes < 0) return refuse("a budget is not negative");
  if (contexts_.use_count() > 1) return refuse("the engine has contexts, so that its budget stays as it is");
  budget_ = std::min(bytes, streamable_bytes_);
  const auto resident = core_->model().bytes.size() - static_cast<uint64_t>(streamable_bytes_ - budget_);
  weights_.release();
  weights_ = DeviceBlock(resident, core_->allocator, core_->voice);
  core_->weights = {reinterpret_cast<uint64_t>(weights_.address()), weights_.bytes(), 0};
  return weights_.ok();
}

int64_t Engine::getWeightStreamingScratchMemorySize() const noexcept {
  constexpr int64_t kTwoBuffers = 8192;
  return budget_ < streamable_bytes_ ? kTwoBuffers : 0;
}

int64_t Engine::getDeviceMemorySizeV2() const noexcept {
  return core_->scratch_bytes() + getWeightStreamingScratchMemorySize();
}

nvinfer1::IHostMemory* Engine::serialize() const noexcept { return new HostMemory(write_plan(core_->plan)); }

nvinfer1::IExecutionContext* Engine::createExecutionContext(
    nvinfer1::ExecutionContextAllocationStrategy strategy) noexcept {
  return make_context(strategy, nullptr);
}

#ifdef TRT_MAJOR_RTX
nvinfer1::IRuntimeConfig* Engine::createRuntimeConfig() noexcept {
  return call("createRuntimeConfig") ? new RuntimeConfig(core_->voice) : nullptr;
}

nvinfer1::IExecutionContext* Engine::createExecutionContextWithRuntimeConfig(
    nvinfer1::IRuntimeConfig* config) noexcept {
  return make_context(nvinfer1::ExecutionContextAllocationStrategy::kSTATIC,
                      static_cast<const RuntimeConfig*>(config)->compiled());
}
#endif

nvinfer1::IExecutionContext* Engine::make_context(nvinfer1::ExecutionContextAllocationStrategy strategy,
                                                  CompiledPtr compiled) {
  if (!call("createExecutionContext")) {
    core_->voice.error(nvinfer1::ErrorCode::kFAILED_INITIALIZATION, "a fault that was asked for");
    return nullptr;
  }
  if (lacks_weights_) {
    core_->voice.error(nvinfer1::ErrorCode::kINVALID_STATE, "the engine was stripped of its weights and not refitted");
    return nullptr;
  }
  DeviceBlock scratch;
  if (strategy != nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED) {
    scratch = DeviceBlock(static_cast<uint64_t>(getDeviceMemorySizeV2()), core_->allocator, core_->voice);
    if (!scratch.ok()) return nullptr;
  }
  return new ExecutionContext(*this, core_, std::move(scratch), contexts_, std::move(compiled));
}

}  // namespace standin
