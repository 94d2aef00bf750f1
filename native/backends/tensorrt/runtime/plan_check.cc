#include "backends/tensorrt/runtime/plan_check.h"

#include <array>
#include <string>
#include <string_view>

#include "backends/tensorrt/builder/this_flavour.h"
#include "core/error.h"

namespace ntrt::tensorrt {

#ifdef TRT_MAJOR_RTX

namespace {

using nvinfer1::EngineInvalidityDiagnostics;

struct Diagnosis {
  EngineInvalidityDiagnostics bit;
  std::string_view text;
};

constexpr std::array<Diagnosis, 7> kDiagnoses = {{
    {EngineInvalidityDiagnostics::kVERSION_MISMATCH, "it was built by another version of TensorRT-RTX"},
    {EngineInvalidityDiagnostics::kUNSUPPORTED_CC, "it was not built for this GPU's compute capability"},
    {EngineInvalidityDiagnostics::kOLD_CUDA_DRIVER, "the CUDA driver is older than the one that it was built with"},
    {EngineInvalidityDiagnostics::kOLD_CUDA_RUNTIME, "the CUDA runtime is older than the one that it was built with"},
    {EngineInvalidityDiagnostics::kINSUFFICIENT_GPU_MEMORY, "the GPU has too little memory for its weights"},
    {EngineInvalidityDiagnostics::kMALFORMED_ENGINE, "this is no plan of TensorRT-RTX, or a damaged one"},
    {EngineInvalidityDiagnostics::kCUDA_ERROR, "the CUDA driver or runtime does not work"},
}};

std::string in_words(uint64_t diagnostics) {
  std::string text;
  for (const Diagnosis& diagnosis : kDiagnoses) {
    if ((diagnostics & static_cast<uint64_t>(diagnosis.bit)) == 0) continue;
    text += (text.empty() ? "" : "; ") + std::string(diagnosis.text);
  }
  return text.empty() ? "it says no reason" : text;
}

[[noreturn]] void refuse_plan(const char* reason, const std::string& text, const Library& library,
                              const UsedDevice& device) {
  const std::string capability =
      std::to_string(device.info.compute_major) + "." + std::to_string(device.info.compute_minor);
  throw Error(Code::kEngineIncompatible,
              "the plan cannot run here: " + text + ". Here are " + this_flavour() + " " + to_string(library.version) +
                  " and " + device.info.name + " (compute capability " + capability + ")",
              {{"reason", reason},
               {"diagnostics", text},
               {"computeCapability", capability},
               {"version", to_string(library.version)}});
}

}  // namespace

void check_plan(const nvinfer1::IRuntime& runtime, const Library& library, const UsedDevice& device,
                std::span<const std::byte> plan) {
  if (!library.supports(Feature::kEngineValidity)) return;
  if (static_cast<int64_t>(plan.size()) < runtime.getEngineHeaderSize()) {
    refuse_plan("truncated", "it ends within its header", library, device);
  }
  uint64_t diagnostics = 0;
  const auto validity = runtime.getEngineValidity(plan.data(), static_cast<int64_t>(plan.size()), &diagnostics);
  if (validity == nvinfer1::EngineValidity::kINVALID) {
    refuse_plan("invalid", in_words(diagnostics), library, device);
  }
}

#else

void check_plan(const nvinfer1::IRuntime&, const Library&, const UsedDevice&, std::span<const std::byte>) {}

#endif

}  // namespace ntrt::tensorrt
