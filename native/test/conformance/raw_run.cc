// raw_run LIST [THREADS]: runs the cases of a list through ONNX Runtime's C API and nothing else, for the conformance
// tests (test/conformance) to compare the library with. It sets what the CPU backend sets, in its own words; only the
// opening of the library, from NODE_TENSORRT_ONNXRUNTIME, is shared. test/conformance/runners/serve.mjs describes the
// list and what is printed.

#include <onnxruntime_c_api.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>

#include "core/error.h"
#include "core/shared_library.h"
#include "test/conformance/bundle.h"

namespace ntrt::conformance {
namespace {

const OrtApi* api;

struct Failure {
  const char* stage;
  int code;
  std::string message;
};

void check(const char* stage, OrtStatus* status) {
  if (status == nullptr) return;
  Failure failure{stage, api->GetErrorCode(status), api->GetErrorMessage(status)};
  api->ReleaseStatus(status);
  throw failure;
}

template <typename T>
using Owner = std::unique_ptr<T, void(ORT_API_CALL*)(T*)>;

Owner<OrtSession> load(OrtEnv* env, const std::string& model, int threads) {
  OrtSessionOptions* options = nullptr;
  check("load", api->CreateSessionOptions(&options));
  const Owner<OrtSessionOptions> owner(options, api->ReleaseSessionOptions);
  check("load", api->SetIntraOpNumThreads(options, threads));
  check("load", api->SetInterOpNumThreads(options, 1));
  check("load", api->SetSessionExecutionMode(options, ORT_SEQUENTIAL));
  check("load", api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
  check("load", api->SetSessionLogSeverityLevel(options, ORT_LOGGING_LEVEL_FATAL));
  check("load", api->AddSessionConfigEntry(options, "session.intra_op.allow_spinning", "0"));
  OrtSession* session = nullptr;
  const std::basic_string<ORTCHAR_T> path(model.begin(), model.end());
  check("load", api->CreateSession(env, path.c_str(), options, &session));
  return {session, api->ReleaseSession};
}

Owner<OrtValue> make_value(OrtAllocator* allocator, const Tensor& tensor) {
  OrtValue* value = nullptr;
  const auto type = static_cast<ONNXTensorElementDataType>(tensor.type);
  check("run", api->CreateTensorAsOrtValue(allocator, tensor.dims.data(), tensor.dims.size(), type, &value));
  Owner<OrtValue> owner(value, api->ReleaseValue);
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
    const std::vector<std::string> strings = unpack_strings(tensor.data);
    for (size_t i = 0; i < strings.size(); ++i) {
      char* buffer = nullptr;
      check("run", api->GetResizedStringTensorElementBuffer(value, i, strings[i].size(), &buffer));
      std::memcpy(buffer, strings[i].data(), strings[i].size());
    }
    return owner;
  }
  size_t bytes = 0;
  void* data = nullptr;
  check("run", api->GetTensorSizeInBytes(value, &bytes));
  check("run", api->GetTensorMutableData(value, &data));
  if (bytes != tensor.data.size()) throw std::runtime_error("input " + tensor.name + " has a wrong size");
  if (bytes > 0) std::memcpy(data, tensor.data.data(), bytes);
  return owner;
}

Tensor read_value(OrtValue* value, const std::string& name) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  check("run", api->GetTensorTypeAndShape(value, &info));
  const Owner<OrtTensorTypeAndShapeInfo> owner(info, api->ReleaseTensorTypeAndShapeInfo);
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  size_t rank = 0;
  size_t count = 0;
  check("run", api->GetTensorElementType(info, &type));
  check("run", api->GetDimensionsCount(info, &rank));
  Tensor tensor{name, static_cast<int32_t>(type), std::vector<int64_t>(rank), {}};
  check("run", api->GetDimensions(info, tensor.dims.data(), rank));
  check("run", api->GetTensorShapeElementCount(info, &count));
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
    std::vector<std::string> strings(count);
    for (size_t i = 0; i < count; ++i) {
      size_t length = 0;
      check("run", api->GetStringTensorElementLength(value, i, &length));
      strings[i].resize(length);
      check("run", api->GetStringTensorElement(value, length, i, strings[i].data()));
    }
    tensor.data = pack_strings(strings);
    return tensor;
  }
  size_t bytes = 0;
  void* data = nullptr;
  check("run", api->GetTensorSizeInBytes(value, &bytes));
  check("run", api->GetTensorMutableData(value, &data));
  if (bytes > 0) tensor.data.assign(static_cast<const char*>(data), bytes);
  return tensor;
}

std::vector<Tensor> run(OrtSession* session, const std::vector<Tensor>& inputs) {
  OrtAllocator* allocator = nullptr;
  check("run", api->GetAllocatorWithDefaultOptions(&allocator));
  std::vector<Owner<OrtValue>> values;
  std::vector<const char*> input_names;
  std::vector<const OrtValue*> input_values;
  for (const Tensor& input : inputs) {
    values.push_back(make_value(allocator, input));
    input_values.push_back(values.back().get());
    input_names.push_back(input.name.c_str());
  }
  size_t count = 0;
  check("run", api->SessionGetOutputCount(session, &count));
  std::vector<std::string> names;
  for (size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    check("run", api->SessionGetOutputName(session, i, allocator, &name));
    names.emplace_back(name);
    allocator->Free(allocator, name);
  }
  std::vector<const char*> output_names;
  for (const std::string& name : names) output_names.push_back(name.c_str());
  std::vector<OrtValue*> results(count, nullptr);
  check("run", api->Run(session, nullptr, input_names.data(), input_values.data(), inputs.size(), output_names.data(),
                        count, results.data()));
  for (OrtValue* result : results) values.emplace_back(result, api->ReleaseValue);
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < count; ++i) outputs.push_back(read_value(results[i], names[i]));
  return outputs;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\t' || c == '\n' || c == '\r') c = ' ';
  }
  return text;
}

void work_through(OrtEnv* env, const std::string& list, int threads) {
  std::ifstream lines(list);
  if (!lines) throw std::runtime_error("cannot open " + list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    std::string name;
    std::string model;
    std::string inputs;
    std::string outputs;
    std::getline(parts, name, '\t');
    std::getline(parts, model, '\t');
    std::getline(parts, inputs, '\t');
    std::getline(parts, outputs, '\t');
    std::cout << "begin\t" << name << std::endl;
    try {
      const Owner<OrtSession> session = load(env, model, threads);
      if (!inputs.empty()) write_bundle(outputs, run(session.get(), BundleReader(inputs).read()));
      std::cout << "end\t" << name << "\tok\t\t" << std::endl;
    } catch (const Failure& failure) {
      std::cout << "end\t" << name << '\t' << failure.stage << '\t' << failure.code << '\t' << one_line(failure.message)
                << std::endl;
    }
  }
}

}  // namespace
}  // namespace ntrt::conformance

int main(int argc, char** argv) {
  using namespace ntrt::conformance;
  const char* library = std::getenv("NODE_TENSORRT_ONNXRUNTIME");
  if (argc < 2 || library == nullptr) {
    std::cerr << "raw_run LIST [THREADS], and NODE_TENSORRT_ONNXRUNTIME must name ONNX Runtime's library\n";
    return 2;
  }
  try {
    using GetApiBase = const OrtApiBase*(ORT_API_CALL*)();
    const auto get_base = reinterpret_cast<GetApiBase>(ntrt::load_symbol(library, "OrtGetApiBase"));
    api = get_base()->GetApi(ORT_API_VERSION);
    if (api == nullptr) throw std::runtime_error("ONNX Runtime is too old");
    OrtEnv* env = nullptr;
    check("load", api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "raw_run", &env));
    work_through(env, argv[1], argc > 2 ? std::stoi(argv[2]) : 1);
    api->ReleaseEnv(env);
    return 0;
  } catch (const Failure& failure) {
    std::cerr << failure.message << '\n';
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
  }
  return 1;
}
