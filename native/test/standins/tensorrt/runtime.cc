#include "test/standins/tensorrt/runtime.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "test/standins/tensorrt/driver.h"
#include "test/standins/tensorrt/engine.h"

namespace standin {
namespace {

using nvinfer1::ErrorCode;

bool fits_version(const Plan& plan) {
  const auto here = library_version();
  if (plan.has(nvinfer1::BuilderFlag::kVERSION_COMPATIBLE)) return plan.version[0] == here[0];
  return plan.version == here;
}

/// Whether it was built for a GPU of this compute capability.
bool fits_device(const Plan& plan, int current) {
  if (plan.targets.empty()) return true;
  if (std::find(plan.targets.begin(), plan.targets.end(), current) != plan.targets.end()) return true;
  constexpr int kAmpere = 80;
  using nvinfer1::HardwareCompatibilityLevel;
  return static_cast<HardwareCompatibilityLevel>(plan.hardware) == HardwareCompatibilityLevel::kAMPERE_PLUS &&
         current >= kAmpere;
}

}  // namespace

bool Runtime::setMaxThreads(int32_t number) noexcept {
  if (number < 1) return voice_.error(ErrorCode::kINVALID_ARGUMENT, "a runtime needs a thread");
  threads_ = number;
  return true;
}

std::string Runtime::mismatch(const Plan& plan) const {
  if (!fits_version(plan)) return "the engine was built by another version of the library";
  const int current = current_compute_capability();
  if (current == 0) return "there is no current GPU";
  if (fits_device(plan, current)) return "";
  return "the engine was built for other compute capabilities than " + std::to_string(current);
}

nvinfer1::ICudaEngine* Runtime::load(std::span<const std::byte> bytes) {
  const auto refuse = [&](ErrorCode code, const std::string& text) {
    voice_.error(code, text);
    return nullptr;
  };
  PlanReading reading = read_plan(bytes);
  if (reading.fault != PlanFault::kNone) {
    return refuse(ErrorCode::kINVALID_ARGUMENT, std::string(text_of(reading.fault)));
  }
  if (const std::string reason = mismatch(reading.plan); !reason.empty()) {
    return refuse(ErrorCode::kINVALID_CONFIG, reason);
  }
  if (reading.plan.has(nvinfer1::BuilderFlag::kVERSION_COMPATIBLE) && !is_host_code_allowed_) {
    return refuse(ErrorCode::kINVALID_CONFIG,
                  "a version-compatible engine has code for the host, which is not allowed");
  }
  if (!call("deserializeCudaEngine")) return refuse(ErrorCode::kINTERNAL_ERROR, "a fault that was asked for");
  DeviceBlock weights(reading.plan.model->bytes.size(), allocator_, voice_);
  if (!weights.ok()) return nullptr;
  auto compute = make_compute(reading.plan.model);
  const StandinAccess access{reinterpret_cast<uint64_t>(weights.address()), weights.bytes(), 0};
  auto core =
      std::make_shared<EngineCore>(EngineCore{std::move(reading.plan), std::move(compute), access, allocator_, voice_});
  return new Engine(std::move(core), std::move(weights));
}

nvinfer1::ICudaEngine* Runtime::deserializeCudaEngine(const void* blob, size_t size) noexcept {
  try {
    return load({static_cast<const std::byte*>(blob), size});
  } catch (const std::exception& error) {
    voice_.error(ErrorCode::kINTERNAL_ERROR, error.what());
    return nullptr;
  }
}

nvinfer1::ICudaEngine* Runtime::deserializeCudaEngineV2(nvinfer1::IStreamReaderV2& reader) noexcept {
  std::string bytes;
  std::string piece(size_t{1} << 20U, '\0');
  for (;;) {
    const int64_t taken = reader.read(piece.data(), static_cast<int64_t>(piece.size()), nullptr);
    if (taken <= 0) break;
    bytes.append(piece, 0, static_cast<size_t>(taken));
  }
  return deserializeCudaEngine(bytes.data(), bytes.size());
}

#ifdef TRT_MAJOR_RTX
nvinfer1::EngineValidity Runtime::getEngineValidity(const void* blob, int64_t size,
                                                    uint64_t* diagnostics) const noexcept {
  using nvinfer1::EngineInvalidityDiagnostics;
  uint64_t reasons = 0;
  const auto add = [&](EngineInvalidityDiagnostics reason) { reasons |= static_cast<uint64_t>(reason); };
  const PlanReading reading = read_plan_header({static_cast<const std::byte*>(blob), static_cast<size_t>(size)});
  const int current = current_compute_capability();
  if (reading.fault != PlanFault::kNone) {
    add(EngineInvalidityDiagnostics::kMALFORMED_ENGINE);
  } else {
    if (!fits_version(reading.plan)) add(EngineInvalidityDiagnostics::kVERSION_MISMATCH);
    if (current != 0 && !fits_device(reading.plan, current)) add(EngineInvalidityDiagnostics::kUNSUPPORTED_CC);
  }
  if (current == 0) add(EngineInvalidityDiagnostics::kCUDA_ERROR);
  if (diagnostics != nullptr) *diagnostics = reasons;
  return reasons == 0 ? nvinfer1::EngineValidity::kVALID : nvinfer1::EngineValidity::kINVALID;
}
#endif

}  // namespace standin
