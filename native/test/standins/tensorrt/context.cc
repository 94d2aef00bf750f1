#include "test/standins/tensorrt/context.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "test/standins/settings.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/not_modelled.h"

namespace standin {
namespace {

using nvinfer1::ErrorCode;

constexpr uintptr_t kAlignment = 256;

/// A run on its way through a stream. Holds what it needs by itself: a graph may run it when the context has gone.
struct Work {
  std::shared_ptr<const EngineCore> core;
  std::vector<Dims> inputs;
  std::vector<Dims> outputs;
};

int run(void* user, void* const* memory) {
  const Work& work = *static_cast<const Work*>(user);
  std::vector<ComputeTensor> inputs;
  std::vector<ComputeTensor> outputs;
  for (const Dims& dims : work.inputs) inputs.push_back({dims, *memory++});
  for (const Dims& dims : work.outputs) outputs.push_back({dims, *memory++});
  try {
    work.core->compute->run(inputs, outputs);
    return CUDA_SUCCESS;
  } catch (const std::exception& error) {
    work.core->voice.error(ErrorCode::kFAILED_EXECUTION, error.what());
    return CUDA_ERROR_LAUNCH_FAILED;
  }
}

void drop(void* user) { delete static_cast<Work*>(user); }

double duration_us(const std::vector<Dims>& inputs) {
  const int64_t rows = inputs.empty() || inputs[0].nbDims < 1 ? 1 : inputs[0].d[0];
  return number_setting("STANDIN_COMPUTE_US", 0) +
         number_setting("STANDIN_COMPUTE_US_PER_ROW", 0) * static_cast<double>(rows);
}

/// What is compiled for a run: the model, and the shapes of its inputs.
std::string entry_of(const EngineCore& core, const std::vector<Dims>& inputs) {
  std::string entry = std::to_string(checksum(core.model().bytes));
  for (const Dims& dims : inputs) entry += ' ' + text_of(dims);
  return entry;
}

}  // namespace

ExecutionContext::ExecutionContext(const Engine& engine, std::shared_ptr<EngineCore> core, DeviceBlock scratch,
                                   std::shared_ptr<int> alive, CompiledPtr compiled)
    : engine_(engine),
      core_(std::move(core)),
      voice_(core_->voice),
      scratch_(std::move(scratch)),
      alive_(std::move(alive)),
      compiled_(std::move(compiled)),
      device_memory_(scratch_.address()),
      device_memory_bytes_(static_cast<int64_t>(scratch_.bytes())) {}

bool ExecutionContext::setOptimizationProfileAsync(int32_t profile, cudaStream_t) noexcept {
  if (profile < 0 || profile >= engine_.getNbOptimizationProfiles()) {
    return refuse("there is no profile " + std::to_string(profile));
  }
  if (profile != profile_) shapes_.clear();
  profile_ = profile;
  return true;
}

const ProfileShapes* ExecutionContext::profile_of(const std::string& input) const {
  if (core_->plan.profiles.empty()) return nullptr;
  const ProfileTable& table = core_->plan.profiles[static_cast<size_t>(profile_)];
  const auto found = table.find(input);
  return found == table.end() ? nullptr : &found->second;
}

bool ExecutionContext::setInputShape(const char* name, const Dims& dims) noexcept {
  const ModelTensor* const input = core_->input(name);
  if (input == nullptr) return refuse(std::string("there is no input ") + name);
  if (has_open(dims)) return refuse(std::string("the shape of ") + name + " has an open dimension");
  const ProfileShapes* const profile = profile_of(input->name);
  const bool fits = profile != nullptr ? profile->holds(dims) : is_same(dims, input->dims);
  if (!fits) return refuse(std::string("the shape ") + text_of(dims) + " of " + name + " is not in the profile");
  shapes_[input->name] = dims;
  return true;
}

Dims ExecutionContext::input_shape(const ModelTensor& input) const {
  if (!has_open(input.dims)) return input.dims;
  const auto found = shapes_.find(input.name);
  return found == shapes_.end() ? no_dims() : found->second;
}

bool ExecutionContext::allInputDimensionsSpecified() const noexcept {
  for (const ModelTensor& input : core_->model().inputs) {
    if (input_shape(input).nbDims < 0) return false;
  }
  return true;
}

/// Those that depend on data are open until a run has ended.
std::vector<Dims> ExecutionContext::declared_output_shapes() const {
  std::vector<Dims> shapes;
  for (const ModelTensor& output : core_->model().outputs) shapes.push_back(output.dims);
  return shapes;
}

std::optional<std::vector<Dims>> ExecutionContext::output_shapes() const {
  if (!allInputDimensionsSpecified()) return std::nullopt;
  if (core_->model().has_unknown_sizes) return declared_output_shapes();
  std::vector<Dims> inputs;
  for (const ModelTensor& input : core_->model().inputs) inputs.push_back(input_shape(input));
  if (!has_shapes_ || !std::equal(inputs.begin(), inputs.end(), known_inputs_.begin(), known_inputs_.end(), is_same)) {
    has_shapes_ = false;
    try {
      known_outputs_ = core_->compute->shapes(inputs);
    } catch (const std::exception& error) {
      voice_.error(ErrorCode::kFAILED_COMPUTATION, error.what());
      return std::nullopt;
    }
    known_inputs_ = std::move(inputs);
    has_shapes_ = true;
  }
  return known_outputs_;
}

Dims ExecutionContext::getTensorShape(const char* name) const noexcept {
  if (const ModelTensor* const input = core_->input(name)) {
    const Dims shape = input_shape(*input);
    return shape.nbDims < 0 ? input->dims : shape;
  }
  const ModelTensor* const output = core_->output(name);
  if (output == nullptr) {
    refuse(std::string("there is no tensor ") + name);
    return no_dims();
  }
  const auto shapes = output_shapes();
  return shapes ? (*shapes)[static_cast<size_t>(output - core_->model().outputs.data())] : output->dims;
}

int32_t ExecutionContext::inferShapes(int32_t size, const char** names) noexcept {
  int32_t missing = 0;
  for (const ModelTensor& input : core_->model().inputs) {
    const bool is_known = input_shape(input).nbDims >= 0;
    if (is_known) continue;
    if (missing < size) names[missing] = input.name.c_str();
    ++missing;
  }
  return missing > 0 || output_shapes() ? missing : -1;
}

bool ExecutionContext::setTensorAddress(const char* name, void* data) noexcept {
  if (core_->tensor(name) == nullptr) return refuse(std::string("there is no tensor ") + name);
  if (reinterpret_cast<uintptr_t>(data) % kAlignment != 0) {
    return refuse(std::string("the address of ") + name + " is not aligned to 256 bytes");
  }
  addresses_[name] = data;
  return true;
}

bool ExecutionContext::setInputTensorAddress(const char* name, const void* data) noexcept {
  if (core_->input(name) == nullptr) return refuse(std::string("there is no input ") + name);
  return setTensorAddress(name, const_cast<void*>(data));  // it is only read
}

bool ExecutionContext::setOutputTensorAddress(const char* name, void* data) noexcept {
  if (core_->output(name) == nullptr) return refuse(std::string("there is no output ") + name);
  return setTensorAddress(name, data);
}

const void* ExecutionContext::getTensorAddress(const char* name) const noexcept {
  const auto found = addresses_.find(name);
  return found == addresses_.end() ? nullptr : found->second;
}

void* ExecutionContext::getOutputTensorAddress(const char* name) const noexcept {
  return core_->output(name) == nullptr ? nullptr : const_cast<void*>(getTensorAddress(name));
}

int64_t ExecutionContext::getMaxOutputSize(const char* name) const noexcept {
  const ModelTensor* const output = core_->output(name);
  if (output == nullptr) return -1;
  const Dims shape = getTensorShape(name);
  return has_open(shape) ? -1 : volume(shape) * element_bytes(output->type);
}

bool ExecutionContext::setInputConsumedEvent(cudaEvent_t event) noexcept {
  consumed_ = event;
  return true;
}

void ExecutionContext::setDeviceMemoryV2(void* memory, int64_t bytes) noexcept {
  if (scratch_.bytes() > 0) {
    refuse("the context has memory of its own");
    return;
  }
  if (reinterpret_cast<uintptr_t>(memory) % kAlignment != 0 || bytes < engine_.getDeviceMemorySizeV2()) {
    refuse("the memory is not aligned to 256 bytes, or is too little");
    return;
  }
  device_memory_ = memory;
  device_memory_bytes_ = bytes;
}

bool ExecutionContext::enqueueV3(cudaStream_t stream) noexcept {
  if (!call("enqueueV3")) return voice_.error(ErrorCode::kFAILED_EXECUTION, "a fault that was asked for");
  const auto outputs = output_shapes();
  if (!outputs) return refuse("not all shapes of the inputs are set");
  if (core_->model().has_unknown_sizes) {
    report_not_modelled("results whose shape depends on data");
    return false;
  }
  if (engine_.getDeviceMemorySizeV2() > 0 && device_memory_ == nullptr)
    return refuse("the context has no device memory");
  auto work = std::make_unique<Work>(Work{core_, known_inputs_, *outputs});
  std::vector<StandinAccess> accesses;
  const auto add = [&](const ModelTensor& tensor, const Dims& dims, int is_write) {
    const auto bytes = static_cast<size_t>(volume(dims) * element_bytes(tensor.type));
    const void* const address = getTensorAddress(tensor.name.c_str());
    if (address == nullptr && bytes > 0) return refuse("the address of " + tensor.name + " is not set");
    // An empty tensor needs no address, and gets one of which nothing is touched.
    accesses.push_back({bytes > 0 ? reinterpret_cast<uint64_t>(address) : core_->weights.address, bytes, is_write});
    return true;
  };
  const Model& model = core_->model();
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    if (!add(model.inputs[i], known_inputs_[i], 0)) return false;
  }
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    if (!add(model.outputs[i], (*outputs)[i], 1)) return false;
  }
  // Two runs of one context at the same time are a mistake, which is seen by this.
  if (device_memory_bytes_ > 0) {
    accesses.push_back(
        {reinterpret_cast<uint64_t>(device_memory_), static_cast<size_t>(engine_.getDeviceMemorySizeV2()), 1});
  }
  accesses.push_back(core_->weights);
  const StandinWork order{"enqueueV3",   duration_us(known_inputs_), accesses.data(), accesses.size(), run, drop,
                          work.release()};
  const Driver& driver = *Driver::find();  // an engine has one
  const int status = driver.enqueue(stream, &order);
  if (status != CUDA_SUCCESS) {
    return voice_.error(ErrorCode::kFAILED_EXECUTION, "the driver refused the run: " + std::to_string(status));
  }
  if (compiled_ != nullptr) compiled_->add(entry_of(*core_, known_inputs_));
  return consumed_ == nullptr ||
         driver.event_record(static_cast<CUevent>(consumed_), static_cast<CUstream>(stream)) == CUDA_SUCCESS;
}

}  // namespace standin
