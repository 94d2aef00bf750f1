#pragma once
// What a backend module does with plans, for the addon: C types only. No function throws. A function that can fail
// returns null, or a failure that goes back by release_failure().

#include <stddef.h>
#include <stdint.h>

/// As *NtrtPlanRequest::weight_budget: what TensorRT thinks best.
#define NTRT_WEIGHTS_AUTOMATIC (-1)

extern "C" {

/// One named fact about a failure: a text or, where that is null, a number.
struct NtrtDetail {
  const char* key;
  const char* text;
  double number;
};

struct NtrtFailure {
  const char* code;  ///< of the table in lib/errors.ts: "ENGINE_INCOMPATIBLE"
  const char* message;
  const NtrtDetail* details;
  size_t num_details;
};

struct NtrtPlanRequest {
  uint32_t size;        ///< of this struct
  const char* library;  ///< path of TensorRT's; "": the module looks for it
  const char* device;   ///< its index after CUDA_VISIBLE_DEVICES, or its UUID ("GPU-…", "MIG-…"); "": the first
  const void* plan;     ///< only read during the call
  size_t plan_bytes;
  /// May be null. Told of all that TensorRT says, from any thread, until unload() returns; must not throw. Severities:
  /// 0 internal error, 1 error, 2 warning, 3 information, 4 detail.
  void (*log)(void* context, int severity, const char* text);
  void* log_context;
  /// TensorRT-RTX: file that keeps what is compiled for the device, read by load() and, if there is more in it then,
  /// replaced by unload(); "" or null: none. Not there, not taken or not writable is no error.
  const char* runtime_cache;
  /// File of the ONNX model whose weights the engine gets in place of its own, which a plan must be built for; read by
  /// NVIDIA's parser within load(). "" or null: none.
  const char* weights;
  /// Device memory, in bytes, for weights that are streamed from the host's, which a plan must be built for. Null: all
  /// weights are on the device.
  const int64_t* weight_budget;
};

struct NtrtTensorFacts {
  const char* name;
  int32_t type;         ///< a DType of native/core/dtype.h
  const int64_t* dims;  ///< -1 for one that is open
  size_t rank;
};

struct NtrtEngineFacts {
  uint32_t size;  ///< of this struct
  const NtrtTensorFacts* inputs;
  size_t num_inputs;
  const NtrtTensorFacts* outputs;
  size_t num_outputs;
  /// An object in JSON: library { flavour, version, path }, device { index, name, uuid, computeCapability },
  /// profiles [{ input, min, opt, max }[]] (shape tensors also have minValues, optValues, maxValues), shapeTensors
  /// [names], scratchBytes (device memory of one instance beside its tensors), weightStreaming { streamableBytes,
  /// budgetBytes, scratchBytes } (null: the plan has no such weights), runtimeCache { path, state ('none': not asked
  /// for or not to be had; 'new': there was no file; 'read'; 'stale': not taken, and made anew) }.
  const char* json;
};

struct NtrtInput {
  const void* data;
  size_t bytes;
  const int64_t* dims;
  size_t rank;
  int32_t type;
};

/// Which outputs a run is for, and where they go. place() is called for each of `wanted`, in order, before anything is
/// computed, when its shape is known: `at` counts in `wanted`. It sets `memory` to `bytes` bytes that the run fills
/// before it returns (null for none), or returns something else than 0: then the run ends with a failure.
struct NtrtOutputs {
  const size_t* wanted;  ///< indexes of outputs; none twice
  size_t num_wanted;
  int (*place)(void* context, size_t at, const int64_t* dims, size_t rank, size_t bytes, void** memory);
  void* context;
};

struct NtrtEngine;    ///< a plan that is loaded; any thread
struct NtrtInstance;  ///< one that runs it, with its own memory; one thread at a time

struct NtrtRuntime {
  uint32_t size;  ///< of this struct; later versions append

  const NtrtFailure* (*load)(const NtrtPlanRequest* request, NtrtEngine** engine);
  /// Its instances are destroyed. Null is allowed, as below.
  void (*unload)(NtrtEngine* engine);
  /// Lives as long as the engine.
  const NtrtEngineFacts* (*describe)(const NtrtEngine* engine);

  const NtrtFailure* (*create_instance)(NtrtEngine* engine, NtrtInstance** instance);
  void (*destroy_instance)(NtrtInstance* instance);
  /// Blocks until the outputs are where they belong. One input for each of the engine's, in its order.
  const NtrtFailure* (*run)(NtrtInstance* instance, const NtrtInput* inputs, size_t num_inputs,
                            const NtrtOutputs* outputs);

  void (*release_failure)(const NtrtFailure* failure);
};

}  // extern "C"
