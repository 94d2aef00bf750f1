// The physical limit: ONNX Runtime's C API in a loop, without Node. The model has one float32 input and one float32
// output. Prints "ready" when it is warm, then one line of JSON.
//
// raw LIBRARY MODEL OUTPUT DIMS NUM_INPUTS WARMUP_MS MEASURE_MS BLOCK
//   OUTPUT      fresh: ONNX Runtime allocates it in each call; preallocated: the same memory in all calls
//   DIMS        of the input, such as 1x1024; a preallocated output has the same
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

/// The numbers of `inputValues` in lib/inputs.mjs.
void fill(std::vector<float>& out, uint32_t seed) {
  uint32_t state = seed;
  for (float& value : out) {
    state = state * 1664525U + 1013904223U;
    value = static_cast<float>(state / 2147483648.0 - 1.0);
  }
}

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

  double checksum() {
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
    for (size_t i = 0; i < count; ++i) sum += std::abs(static_cast<float*>(data)[i]);
    if (preallocated == nullptr) api->ReleaseValue(output);
    return sum;
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
  const std::vector<int64_t> dims = parse_dims(argv[4]);
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);

  OrtEnv* env = nullptr;
  OrtAllocator* allocator = nullptr;
  OrtMemoryInfo* memory = nullptr;
  check(api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "raw", &env));
  check(api->GetAllocatorWithDefaultOptions(&allocator));
  check(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
  const auto tensor = [&](std::vector<float>& data) {
    OrtValue* value = nullptr;
    check(api->CreateTensorWithDataAsOrtValue(memory, data.data(), data.size() * sizeof(float), dims.data(),
                                              dims.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
    return value;
  };

  Loop loop{};
  loop.session = open_session(env, argv[2]);
  char* name = nullptr;
  check(api->SessionGetInputName(loop.session, 0, allocator, &name));
  loop.input_name = name;
  check(api->SessionGetOutputName(loop.session, 0, allocator, &name));
  loop.output_name = name;
  std::vector<std::vector<float>> data(static_cast<size_t>(std::atoi(argv[5])), std::vector<float>(count));
  for (size_t i = 0; i < data.size(); ++i) {
    fill(data[i], static_cast<uint32_t>(i + 1));
    loop.inputs.push_back(tensor(data[i]));
  }
  std::vector<float> output(count);
  if (std::string(argv[3]) == "preallocated") loop.preallocated = tensor(output);

  const double sum = loop.checksum();
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
  std::printf("{\"calls\":%.0f,\"usPerCall\":%.4f,\"p50Us\":%.4f,\"p99Us\":%.4f,\"checksum\":%.6f}\n", calls,
              total / calls, quantile(0.5), quantile(0.99), sum);
  return 0;
}
