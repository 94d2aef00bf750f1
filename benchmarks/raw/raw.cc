// The physical limit: ONNX Runtime's C API in a loop, without Node. The model has one input, float32 or int32, and one
// float32 output. Prints "ready" when it is warm, then one line of JSON.
//
// raw LIBRARY MODEL OUTPUT DIMS NUM_INPUTS WARMUP_MS MEASURE_MS BLOCK
//   OUTPUT      fresh: ONNX Runtime allocates it in each call; preallocated: the same memory in all calls
//   DIMS        of the input, such as 1x1024; several with commas between them are used in turn. A preallocated output
//               has those of the first
//   NUM_INPUTS  different inputs, used in turn
//   BLOCK       calls between two looks at the clock; 1 gives the latency of each call

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "onnxruntime_c_api.h"

namespace {

using Clock = std::chrono::steady_clock;

const OrtApi* api = nullptr;

void check(OrtStatus* status) {
  if (status == nullptr) return;
  std::fprintf(stderr, "raw: %s\n", api->GetErrorMessage(status));
  std::exit(1);
}

double microseconds(Clock::duration duration) { return std::chrono::duration<double, std::micro>(duration).count(); }

std::vector<int64_t> parse_dims(const std::string& text) {
  std::vector<int64_t> dims;
  for (size_t at = 0; at < text.size(); at = text.find('x', at) + 1) {
    dims.push_back(std::atoll(text.c_str() + at));
    if (text.find('x', at) == std::string::npos) break;
  }
  return dims;
}

std::vector<std::vector<int64_t>> parse_dims_list(const std::string& text) {
  std::vector<std::vector<int64_t>> list;
  for (size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
    end = text.find(',', at);
    list.push_back(parse_dims(text.substr(at, end - at)));
  }
  return list;
}

size_t count_of(const std::vector<int64_t>& dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  return count;
}

/// A tensor of numbers of four bytes, which it owns.
struct Tensor {
  std::vector<int64_t> dims;
  ONNXTensorElementDataType type;
  std::vector<float> floats;
  std::vector<int32_t> integers;

  Tensor(std::vector<int64_t> shape, ONNXTensorElementDataType element) : dims(std::move(shape)), type(element) {
    is_float() ? floats.resize(count_of(dims)) : integers.resize(count_of(dims));
  }

  bool is_float() const { return type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT; }

  /// With the numbers of `inputValues` in lib/inputs.mjs.
  void fill(uint32_t seed) {
    uint32_t state = seed;
    const auto next = [&] { return state = state * 1664525U + 1013904223U; };
    for (float& value : floats) value = static_cast<float>(next() / 2147483648.0 - 1.0);
    for (int32_t& value : integers) value = 32 + static_cast<int32_t>((next() >> 24U) % 95U);
  }

  /// Uses the memory of this tensor.
  OrtValue* value(const OrtMemoryInfo* memory) {
    void* data = is_float() ? static_cast<void*>(floats.data()) : integers.data();
    OrtValue* out = nullptr;
    check(api->CreateTensorWithDataAsOrtValue(memory, data, count_of(dims) * sizeof(float), dims.data(), dims.size(),
                                              type, &out));
    return out;
  }
};

OrtSession* open_session(OrtEnv* env, const char* model) {
  OrtSessionOptions* options = nullptr;
  OrtSession* session = nullptr;
  check(api->CreateSessionOptions(&options));
  check(api->SetIntraOpNumThreads(options, 1));
  check(api->SetInterOpNumThreads(options, 1));
  check(api->SetSessionGraphOptimizationLevel(options, ORT_ENABLE_ALL));
  check(api->CreateSession(env, model, options, &session));
  return session;
}

ONNXTensorElementDataType input_type(OrtSession* session) {
  OrtTypeInfo* info = nullptr;
  const OrtTensorTypeAndShapeInfo* shape = nullptr;
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  check(api->SessionGetInputTypeInfo(session, 0, &info));
  check(api->CastTypeInfoToTensorInfo(info, &shape));
  check(api->GetTensorElementType(shape, &type));
  api->ReleaseTypeInfo(info);
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32) return type;
  std::fprintf(stderr, "raw: the input has element type %d\n", type);
  std::exit(1);
}

struct Loop {
  OrtSession* session;
  std::vector<OrtValue*> inputs;
  const char* input_name;
  const char* output_name;
  OrtValue* preallocated;  // or null
  size_t calls = 0;

  void call() {
    OrtValue* output = preallocated;
    check(api->Run(session, nullptr, &input_name, &inputs[calls++ % inputs.size()], 1, &output_name, 1, &output));
    if (preallocated == nullptr) api->ReleaseValue(output);
  }

  /// Microseconds per call, of each block of calls.
  std::vector<double> run(double milliseconds, int block) {
    std::vector<double> blocks;
    const Clock::time_point start = Clock::now();
    for (Clock::time_point now = start; microseconds(now - start) < milliseconds * 1000;) {
      for (int i = 0; i < block; ++i) call();
      const Clock::time_point end = Clock::now();
      blocks.push_back(microseconds(end - now) / block);
      now = end;
    }
    return blocks;
  }

  /// `checksum` in lib/inputs.mjs of the result of the first input, and of its first row alone.
  std::pair<double, double> checksums(int64_t rows) {
    OrtValue* output = preallocated;
    check(api->Run(session, nullptr, &input_name, &inputs[0], 1, &output_name, 1, &output));
    OrtTensorTypeAndShapeInfo* info = nullptr;
    size_t count = 0;
    void* data = nullptr;
    check(api->GetTensorTypeAndShape(output, &info));
    check(api->GetTensorShapeElementCount(info, &count));
    api->ReleaseTensorTypeAndShapeInfo(info);
    check(api->GetTensorMutableData(output, &data));
    double sum = 0;
    double row = 0;
    for (size_t i = 0; i < count; ++i) {
      if (i == count / static_cast<size_t>(rows)) row = sum;
      sum += std::abs(static_cast<float*>(data)[i]) * static_cast<double>(i % 97 + 1);
    }
    if (preallocated == nullptr) api->ReleaseValue(output);
    return {sum, rows == 1 ? sum : row};
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "raw: %s\n", dlerror());
    return 1;
  }
  api = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"))()->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    std::fprintf(stderr, "raw: the library is too old\n");
    return 1;
  }
  const std::vector<std::vector<int64_t>> dims = parse_dims_list(argv[4]);

  OrtEnv* env = nullptr;
  OrtAllocator* allocator = nullptr;
  OrtMemoryInfo* memory = nullptr;
  check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "raw", &env));
  check(api->GetAllocatorWithDefaultOptions(&allocator));
  check(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));

  Loop loop{};
  loop.session = open_session(env, argv[2]);
  char* name = nullptr;
  check(api->SessionGetInputName(loop.session, 0, allocator, &name));
  loop.input_name = name;
  check(api->SessionGetOutputName(loop.session, 0, allocator, &name));
  loop.output_name = name;
  const auto num_inputs = static_cast<size_t>(std::atoi(argv[5]));
  const ONNXTensorElementDataType type = input_type(loop.session);
  std::vector<Tensor> tensors;
  tensors.reserve(num_inputs);
  for (size_t i = 0; i < num_inputs; ++i) {
    tensors.emplace_back(dims[i % dims.size()], type).fill(static_cast<uint32_t>(i + 1));
    loop.inputs.push_back(tensors.back().value(memory));
  }
  Tensor output(dims[0], ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
  if (std::string(argv[3]) == "preallocated") loop.preallocated = output.value(memory);

  const auto [sum, row_sum] = loop.checksums(dims[0][0]);
  const int block = std::atoi(argv[8]);
  loop.run(std::atof(argv[6]), block);
  std::printf("ready\n");
  std::fflush(stdout);
  std::vector<double> blocks = loop.run(std::atof(argv[7]), block);
  double total = 0;
  for (const double us : blocks) total += us * block;
  std::sort(blocks.begin(), blocks.end());
  const auto quantile = [&](double q) { return blocks[static_cast<size_t>(q * (blocks.size() - 1))]; };
  const double calls = static_cast<double>(blocks.size()) * block;
  std::printf(
      "{\"calls\":%.0f,\"usPerCall\":%.4f,\"p50Us\":%.4f,\"p99Us\":%.4f,\"checksum\":%.6f,"
      "\"rowChecksum\":%.6f}\n",
      calls, total / calls, quantile(0.5), quantile(0.99), sum, row_sum);
  return 0;
}
