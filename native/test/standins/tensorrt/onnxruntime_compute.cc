// Computes with ONNX Runtime's C API and nothing of the library's own, with which its results are compared.
#include <dlfcn.h>
#include <onnxruntime_c_api.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include <cstring>
#include <numeric>
#include <stdexcept>

#include "test/standins/settings.h"
#include "test/standins/tensorrt/compute.h"

namespace standin {
namespace {

struct OnnxRuntime {
  const OrtApi* api = nullptr;
  OrtEnv* env = nullptr;
  OrtMemoryInfo* memory = nullptr;

  void check(OrtStatus* status) const {
    if (status == nullptr) return;
    const std::string text = api->GetErrorMessage(status);
    api->ReleaseStatus(status);
    throw std::runtime_error("ONNX Runtime: " + text);
  }
};

/// Opened once, never closed.
const OnnxRuntime& runtime() {
  static const OnnxRuntime opened = [] {
#ifdef __SANITIZE_ADDRESS__
    const __lsan::ScopedDisabler start_of_library;  // which keeps some bytes for ever
#endif
    const std::string path = text_setting("NODE_TENSORRT_ONNXRUNTIME").value_or("");
    if (path.empty()) {
      throw std::runtime_error(
          "set NODE_TENSORRT_ONNXRUNTIME to ONNX Runtime's library, or STANDIN_TENSORRT_COMPUTE=stub");
    }
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());  // NOLINT(concurrency-mt-unsafe)
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    if (base == nullptr) throw std::runtime_error(path + " is not ONNX Runtime");
    OnnxRuntime result;
    result.api = base()->GetApi(ORT_API_VERSION);
    if (result.api == nullptr) throw std::runtime_error(path + " is too old");
    result.check(result.api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "stand-in", &result.env));
    result.check(result.api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &result.memory));
    return result;
  }();
  return opened;
}

template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

ONNXTensorElementDataType ort_type(DataType type) {
  const ElementType* const known = find_element_type(type);
  if (known == nullptr) throw std::runtime_error("an element type that the stand-in does not carry");
  return static_cast<ONNXTensorElementDataType>(known->onnx);
}

class OrtCompute final : public Compute {
 public:
  explicit OrtCompute(ModelPtr model) : model_(std::move(model)), session_(nullptr, runtime().api->ReleaseSession) {
    const OnnxRuntime& ort = runtime();
    OrtSessionOptions* made = nullptr;
    ort.check(ort.api->CreateSessionOptions(&made));
    const Owned<OrtSessionOptions> options(made, ort.api->ReleaseSessionOptions);
    ort.check(ort.api->SetIntraOpNumThreads(made, 1));
    OrtSession* session = nullptr;
    // External data lies beside a file; a model without any need not have one.
    ort.check(model_->path.empty()
                  ? ort.api->CreateSessionFromArray(ort.env, model_->bytes.data(), model_->bytes.size(), made, &session)
                  : ort.api->CreateSession(ort.env, model_->path.c_str(), made, &session));
    session_.reset(session);
  }

  void run(std::span<const ComputeTensor> inputs, std::span<const ComputeTensor> outputs) const override {
    const std::vector<Value> results = compute(inputs);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (!is_same(dims_of(*results[i]), outputs[i].dims)) {
        throw std::runtime_error("output " + model_->outputs[i].name + " has another shape than expected");
      }
      const auto bytes = static_cast<size_t>(volume(outputs[i].dims) * element_bytes(model_->outputs[i].type));
      if (bytes > 0) std::memcpy(outputs[i].data, data_of(*results[i]), bytes);
    }
  }

  /// By a run on zeros.
  std::vector<Dims> shapes(std::span<const Dims> inputs) const override {
    std::vector<std::vector<std::byte>> zeros;
    std::vector<ComputeTensor> tensors;
    for (size_t i = 0; i < inputs.size(); ++i) {
      zeros.emplace_back(static_cast<size_t>(volume(inputs[i]) * element_bytes(model_->inputs[i].type)));
      tensors.push_back({inputs[i], zeros.back().data()});
    }
    std::vector<Dims> results;
    for (const Value& value : compute(tensors)) results.push_back(dims_of(*value));
    return results;
  }

 private:
  using Value = Owned<OrtValue>;

  static Value own(OrtValue* value) { return {value, runtime().api->ReleaseValue}; }

  std::vector<Value> compute(std::span<const ComputeTensor> inputs) const {
    const OnnxRuntime& ort = runtime();
    std::vector<Value> values;
    std::vector<const OrtValue*> given;
    std::vector<const char*> input_names;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Dims& dims = inputs[i].dims;
      const DataType type = model_->inputs[i].type;
      OrtValue* value = nullptr;
      ort.check(ort.api->CreateTensorWithDataAsOrtValue(ort.memory, inputs[i].data,
                                                        static_cast<size_t>(volume(dims) * element_bytes(type)), dims.d,
                                                        static_cast<size_t>(dims.nbDims), ort_type(type), &value));
      values.push_back(own(value));
      given.push_back(value);
      input_names.push_back(model_->inputs[i].name.c_str());
    }
    std::vector<const char*> output_names;
    for (const ModelTensor& output : model_->outputs) output_names.push_back(output.name.c_str());
    std::vector<OrtValue*> made(output_names.size(), nullptr);
    ort.check(ort.api->Run(session_.get(), nullptr, input_names.data(), given.data(), given.size(), output_names.data(),
                           output_names.size(), made.data()));
    std::vector<Value> results;
    results.reserve(made.size());
    for (OrtValue* value : made) results.push_back(own(value));
    return results;
  }

  static Dims dims_of(const OrtValue& value) {
    const OnnxRuntime& ort = runtime();
    OrtTensorTypeAndShapeInfo* made = nullptr;
    ort.check(ort.api->GetTensorTypeAndShape(&value, &made));
    const Owned<OrtTensorTypeAndShapeInfo> info(made, ort.api->ReleaseTensorTypeAndShapeInfo);
    size_t rank = 0;
    ort.check(ort.api->GetDimensionsCount(made, &rank));
    std::vector<int64_t> sizes(rank);
    ort.check(ort.api->GetDimensions(made, sizes.data(), rank));
    return to_dims(sizes);
  }

  static const void* data_of(const OrtValue& value) {
    void* data = nullptr;
    // The C API has no way to read only.
    runtime().check(runtime().api->GetTensorMutableData(const_cast<OrtValue*>(&value), &data));
    return data;
  }

  ModelPtr model_;
  Owned<OrtSession> session_;
};

}  // namespace

std::unique_ptr<Compute> make_onnxruntime_compute(ModelPtr model) {
  return std::make_unique<OrtCompute>(std::move(model));
}

}  // namespace standin
