#include "backends/cpu/ort_api.h"

#include <array>
#include <atomic>
#include <mutex>
#include <string_view>

#include "backends/cpu/ort_allocator.h"
#include "core/shared_library.h"
#include "core/telemetry.h"

namespace ntrt::cpu {
namespace {

constexpr std::array<ONNXTensorElementDataType, kNumDTypes> kOrtTypes = {
    ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8,    ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16,  ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16,  ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64,   ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64,
    ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL,   ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING,
};

/// Element types that we do not carry, by their ONNX names. ONNX Runtime numbers the last ones differently than ONNX
/// does.
std::string_view refused_name(ONNXTensorElementDataType type) noexcept {
  switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX64:
      return "complex64";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_COMPLEX128:
      return "complex128";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FN:
      return "float8e4m3fn";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E4M3FNUZ:
      return "float8e4m3fnuz";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2:
      return "float8e5m2";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E5M2FNUZ:
      return "float8e5m2fnuz";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT4:
      return "uint4";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT4:
      return "int4";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT4E2M1:
      return "float4e2m1";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT2:
      return "uint2";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT2:
      return "int2";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT8E8M0:
      return "float8e8m0";
    default:
      return "unknown";
  }
}

std::atomic<OrtLibrary*> opened{nullptr};

Code code_for(OrtErrorCode code, Step step) {
  if (code == ORT_NOT_IMPLEMENTED) return Code::kUnsupported;
  switch (step) {
    case Step::kOptions:
      return Code::kInvalidArgument;
    case Step::kLoad:
      return Code::kModelInvalid;
    case Step::kRun:
      return Code::kBackendError;
  }
  return Code::kInternal;
}

}  // namespace

OrtLibrary& OrtLibrary::open(const std::string& path, const std::function<void()>& on_open) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  if (OrtLibrary* library = opened.load()) return *library;

  opt_out_of_telemetry();
  using GetApiBase = const OrtApiBase*(ORT_API_CALL*)();
  auto get_base = reinterpret_cast<GetApiBase>(load_symbol(path, "OrtGetApiBase"));
  on_open();
  const OrtApiBase* base = get_base();
  const OrtApi* api = base->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    throw Error(Code::kBackendUnavailable,
                "ONNX Runtime " + std::string(base->GetVersionString()) + " at " + path + " is too old: API version " +
                    std::to_string(ORT_API_VERSION) + " is needed (ONNX Runtime 1.29 or newer)",
                {{"path", path}, {"version", base->GetVersionString()}});
  }

  auto library = std::unique_ptr<OrtLibrary>(new OrtLibrary());
  library->api_ = api;
  library->path_ = path;
  library->version_ = base->GetVersionString();
  // One environment per process: when onnxruntime-node made it already, this returns the same one.
  check(*api, api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "node-tensorrt", &library->env_), Step::kRun);
  // On Windows: what was not to be set before.
  check(*api, api->DisableTelemetryEvents(library->env_), Step::kRun);
  OrtMemoryInfo* memory_info = nullptr;
  check(*api, api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory_info), Step::kRun);
  OrtPtr<OrtMemoryInfo> owner(memory_info, api->ReleaseMemoryInfo);
  library->uses_host_pool_ = register_host_pool(*api, library->env_, memory_info, find_bad_alloc_thrower(path));
  library->memory_info_ = owner.release();
  opened = library.get();
  return *library.release();
}

const OrtLibrary& OrtLibrary::current() noexcept { return *opened.load(); }

void check(const OrtApi& api, OrtStatus* status, Step step) {
  if (status == nullptr) return;
  const OrtPtr<OrtStatus> owner(status, api.ReleaseStatus);
  const OrtErrorCode ort_code = api.GetErrorCode(status);
  if (const auto error = take_failed_allocation()) throw Error(*error);
  const std::string_view message = api.GetErrorMessage(status);
  // ONNX Runtime's own heap, as for a sparse tensor that it makes dense.
  if (message.ends_with("std::bad_alloc")) {
    throw Error(Code::kOutOfMemory, "out of host memory in ONNX Runtime: " + std::string(message), {{"kind", "host"}});
  }
  throw Error(code_for(ort_code, step), std::string(message), {{"onnxRuntimeCode", static_cast<double>(ort_code)}});
}

ONNXTensorElementDataType to_ort(DType type) noexcept { return kOrtTypes[static_cast<size_t>(type)]; }

DType from_ort(ONNXTensorElementDataType type, const std::string& tensor) {
  for (size_t i = 0; i < kOrtTypes.size(); ++i) {
    if (kOrtTypes[i] == type) return static_cast<DType>(i);
  }
  const std::string name(refused_name(type));
  throw Error(Code::kUnsupported, "tensor '" + tensor + "' has the element type " + name + ", which is not supported",
              {{"tensor", tensor}, {"elementType", name}});
}

}  // namespace ntrt::cpu
