#pragma once
// The serialised engine of the stand-in: an envelope of the ONNX model and of what the engine was built for, with a
// checksum behind it.

#include <NvInfer.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "test/standins/tensorrt/model.h"
#include "test/standins/tensorrt/profile.h"

namespace standin {

struct Plan {
  std::array<int32_t, 4> version{};
  std::string name;
  uint32_t flags = 0;        ///< BuilderFlags
  int32_t hardware = 0;      ///< HardwareCompatibilityLevel
  int32_t verbosity = 0;     ///< ProfilingVerbosity
  std::vector<int> targets;  ///< compute capabilities that it runs on; none: all
  std::vector<ProfileTable> profiles;
  ModelPtr model;

  bool has(nvinfer1::BuilderFlag flag) const { return (flags >> static_cast<uint32_t>(flag) & 1U) != 0; }
};

/// What is wrong with the bytes of a plan.
enum class PlanFault : uint8_t { kNone, kNotAPlan, kOtherFlavour, kTruncated, kDamaged };

struct PlanReading {
  PlanFault fault = PlanFault::kNone;
  Plan plan;
};

/// How many bytes it takes to see whose plan it is, and for what.
inline constexpr size_t kPlanHeaderBytes = 256;

std::string write_plan(const Plan& plan);
PlanReading read_plan(std::span<const std::byte> bytes);
/// Fills in what the header says only: version and targets.
PlanReading read_plan_header(std::span<const std::byte> bytes);
std::string_view text_of(PlanFault fault);

/// Of the bytes of a plan, or of a runtime cache.
uint64_t checksum(std::string_view bytes);

/// Of this library.
std::array<int32_t, 4> library_version();

}  // namespace standin
