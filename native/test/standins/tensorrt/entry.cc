// The C functions of libnvinfer and libtensorrt_rtx.
#include <NvInfer.h>

#include <string_view>

#include "test/standins/settings.h"
#include "test/standins/tensorrt/builder.h"
#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/refitter.h"
#include "test/standins/tensorrt/runtime.h"

using standin::Voice;

extern "C" {

int32_t getInferLibMajorVersion() noexcept { return NV_TENSORRT_MAJOR; }
int32_t getInferLibMinorVersion() noexcept { return NV_TENSORRT_MINOR; }
int32_t getInferLibPatchVersion() noexcept { return NV_TENSORRT_PATCH; }
int32_t getInferLibBuildVersion() noexcept { return NV_TENSORRT_BUILD; }
int32_t getInferLibVersion() noexcept { return NV_TENSORRT_VERSION; }

void* createInferBuilder_INTERNAL(void* logger, int32_t) noexcept {
  const Voice voice(static_cast<nvinfer1::ILogger*>(logger));
  if (logger == nullptr || !standin::call("createInferBuilder")) return nullptr;
#ifndef TRT_MAJOR_RTX
  // As NVIDIA's: without a GPU there is no builder, but for an undocumented variable.
  const bool is_cpu_only =
      standin::text_setting("TRT_INTERNAL_OPTIONS").value_or("").find("--cpu_only=1") != std::string::npos;
  if (!is_cpu_only && standin::Driver::find() == nullptr) {
    voice.error(nvinfer1::ErrorCode::kFAILED_INITIALIZATION, "there is no CUDA driver");
    return nullptr;
  }
  if (standin::text_setting("STANDIN_BUILDER_RESOURCE") == "missing") {
    voice.error(nvinfer1::ErrorCode::kFAILED_INITIALIZATION,
                "Unable to load library: libnvinfer_builder_resource_sm86.so.11: cannot open shared object file");
    return nullptr;
  }
#endif
  return static_cast<nvinfer1::IBuilder*>(new standin::Builder(voice));
}

void* createInferRuntime_INTERNAL(void* logger, int32_t) noexcept {
  if (logger == nullptr || !standin::call("createInferRuntime")) return nullptr;
  return static_cast<nvinfer1::IRuntime*>(new standin::Runtime(Voice(static_cast<nvinfer1::ILogger*>(logger))));
}

void* createInferRefitter_INTERNAL(void* engine, void* logger, int32_t) noexcept {
  if (engine == nullptr || logger == nullptr || !standin::call("createInferRefitter")) return nullptr;
  auto& refitted = static_cast<standin::Engine&>(*static_cast<nvinfer1::ICudaEngine*>(engine));
  const standin::Voice voice(static_cast<nvinfer1::ILogger*>(logger));
  if (!refitted.isRefittable()) {
    voice.error(nvinfer1::ErrorCode::kINVALID_STATE, "the engine was not built to be refitted");
    return nullptr;
  }
  return static_cast<nvinfer1::IRefitter*>(new standin::Refitter(refitted, voice));
}

nvinfer1::IPluginRegistry* getPluginRegistry() noexcept {
  return standin::not_modelled<nvinfer1::IPluginRegistry*>("getPluginRegistry");
}

}  // extern "C"
