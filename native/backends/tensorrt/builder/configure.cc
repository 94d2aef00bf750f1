#include "backends/tensorrt/builder/configure.h"

#include <algorithm>
#include <array>

#include "backends/tensorrt/builder/enum_names.h"
#include "backends/tensorrt/builder/this_flavour.h"

namespace ntrt::tensorrt {
namespace {

/// One option. Many setters have no result: whether TensorRT took the value is seen from what it has then.
struct Setting {
  std::string_view option;
  const std::string& value;
  const Library& library;
  nvinfer1::IBuilderConfig& config;
  TensorRtLog& log;

  template <typename T>
  T number() const {
    return parse_number<T>(option, value);
  }
  template <typename T, size_t N>
  T named(const std::array<Named<T>, N>& all) const {
    return value_named<T>(all, option, value);
  }
  void expect(bool was_taken) const {
    if (!was_taken) refuse_option(option, value, log);
  }
};

void set_flag(const Setting& setting) {
  const auto flag = setting.named(kFlagNames);
  setting.config.setFlag(flag);
  setting.expect(setting.config.getFlag(flag));
}

void clear_flag(const Setting& setting) {
  const auto flag = setting.named(kFlagNames);
  setting.config.clearFlag(flag);
  setting.expect(!setting.config.getFlag(flag));
}

/// NAME=BYTES
void set_memory_pool(const Setting& setting) {
  const size_t equals = setting.value.rfind('=');
  if (equals == std::string::npos) refuse_value(setting.option, setting.value, "NAME=BYTES");
  const auto pool =
      value_named<nvinfer1::MemoryPoolType>(kMemoryPoolNames, setting.option, setting.value.substr(0, equals));
  const auto bytes = parse_number<size_t>(setting.option, setting.value.substr(equals + 1));
  setting.config.setMemoryPoolLimit(pool, bytes);
  setting.expect(setting.config.getMemoryPoolLimit(pool) == bytes);
}

void set_optimization_level(const Setting& setting) {
  const auto level = setting.number<int32_t>();
  setting.config.setBuilderOptimizationLevel(level);
  setting.expect(setting.config.getBuilderOptimizationLevel() == level);
}

void set_aux_streams(const Setting& setting) {
  setting.expect(setting.config.setMaxAuxStreams(setting.number<int32_t>()));
}

void set_avg_timing_iterations(const Setting& setting) {
  const auto number = setting.number<int32_t>();
  setting.config.setAvgTimingIterations(number);
  setting.expect(setting.config.getAvgTimingIterations() == number);
}

void set_max_tactics(const Setting& setting) {
  const auto number = setting.number<int32_t>();
  setting.config.setMaxNbTactics(number);
  setting.expect(setting.config.getMaxNbTactics() == number);
}

void set_tiling(const Setting& setting) {
  setting.expect(setting.config.setTilingOptimizationLevel(setting.named(kTilingNames)));
}

void set_tiling_l2_bytes(const Setting& setting) {
  setting.expect(setting.config.setL2LimitForTiling(setting.number<int64_t>()));
}

void set_hardware_compatibility(const Setting& setting) {
  const auto level = setting.named(kHardwareCompatibilityNames);
  // TensorRT-RTX complains even when it is asked for nothing.
  if (!setting.library.supports(Feature::kHardwareCompatible)) {
    return setting.expect(level == HardwareCompatibilityLevel::kNONE);
  }
  setting.config.setHardwareCompatibilityLevel(level);
  setting.expect(setting.config.getHardwareCompatibilityLevel() == level);
}

void set_runtime_platform(const Setting& setting) {
  const auto platform = setting.named(kRuntimePlatformNames);
  setting.config.setRuntimePlatform(platform);
  setting.expect(setting.config.getRuntimePlatform() == platform);
}

void set_verbosity(const Setting& setting) {
  const auto verbosity = setting.named(kVerbosityNames);
  setting.config.setProfilingVerbosity(verbosity);
  setting.expect(setting.config.getProfilingVerbosity() == verbosity);
}

/// Those that are given are on, all others off: the first one clears what was on.
void set_tactic_source(const Setting& setting, bool is_first) {
  const auto bit = nvinfer1::TacticSources{1} << static_cast<uint32_t>(setting.named(kTacticSourceNames));
  const nvinfer1::TacticSources before = is_first ? 0 : setting.config.getTacticSources();
  setting.expect(setting.config.setTacticSources(before | bit));
}

struct Setter {
  std::string_view option;
  void (*set)(const Setting& setting);
};

constexpr std::string_view kTacticSourceOption = "--tactic-source";

constexpr std::array kSetters = {
    Setter{"--flag", set_flag},
    Setter{"--no-flag", clear_flag},
    Setter{"--memory-pool", set_memory_pool},
    Setter{"--optimization-level", set_optimization_level},
    Setter{"--aux-streams", set_aux_streams},
    Setter{"--avg-timing-iterations", set_avg_timing_iterations},
    Setter{"--max-tactics", set_max_tactics},
    Setter{"--tiling", set_tiling},
    Setter{"--tiling-l2-bytes", set_tiling_l2_bytes},
    Setter{"--hardware-compatibility", set_hardware_compatibility},
    Setter{"--runtime-platform", set_runtime_platform},
    Setter{"--verbosity", set_verbosity},
};

/// As given, but for one flag that TensorRT takes only behind another.
std::vector<Arguments::Pair> in_order(const Arguments& arguments) {
  std::vector<Arguments::Pair> given = arguments.given();
  std::ranges::stable_partition(given, [](const Arguments::Pair& pair) { return pair.second != "excludeLeanRuntime"; });
  return given;
}

}  // namespace

std::vector<std::string_view> configuration_options() {
  std::vector<std::string_view> options{kTacticSourceOption};
  for (const Setter& setter : kSetters) options.push_back(setter.option);
  return options;
}

void configure(const Arguments& arguments, const Library& library, nvinfer1::IBuilderConfig& config, TensorRtLog& log) {
  bool is_first_source = true;
  for (const auto& [name, value] : in_order(arguments)) {
    const Setting setting{name, value, library, config, log};
    if (name == kTacticSourceOption) {
      set_tactic_source(setting, is_first_source);
      is_first_source = false;
    }
    for (const Setter& setter : kSetters) {
      if (setter.option == name) setter.set(setting);
    }
  }
}

void refuse_option(std::string_view option, const std::string& value, TensorRtLog& log) {
  const std::string name(option);
  throw Error(Code::kUnsupported, log.explain(this_flavour() + " does not take " + name + " " + value),
              {{"option", name}, {"flavour", this_flavour()}});
}

}  // namespace ntrt::tensorrt
