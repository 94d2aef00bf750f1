#include "backends/tensorrt/builder/build.h"

#include <chrono>
#include <optional>

#include "backends/tensorrt/builder/command.h"
#include "backends/tensorrt/builder/configure.h"
#include "backends/tensorrt/builder/error_recorder.h"
#include "backends/tensorrt/builder/find.h"
#include "backends/tensorrt/builder/layers.h"
#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/log_events.h"
#include "backends/tensorrt/builder/options.h"
#include "backends/tensorrt/builder/output_file.h"
#include "backends/tensorrt/builder/plugins.h"
#include "backends/tensorrt/builder/profiles.h"
#include "backends/tensorrt/builder/progress.h"
#include "backends/tensorrt/builder/refusals.h"
#include "backends/tensorrt/builder/targets.h"
#include "backends/tensorrt/builder/tensors.h"
#include "backends/tensorrt/builder/timing_cache.h"
#include "core/process_memory.h"
#include "model/file_map.h"
#include "model/path_text.h"

namespace ntrt::tensorrt {
namespace {

Arguments read_arguments(std::span<const char* const> given) {
  std::vector<std::string_view> known = configuration_options();
  for (const char* name : {"--library", "--parser", "--model", "--plan", "--layers", "--target", "--profile", "--shape",
                           "--values", "--timing-cache", "--save-timing-cache", "--ignore-timing-mismatch", "--plugin",
                           "--serialize-plugins", "--log-level"}) {
    known.emplace_back(name);
  }
  return {given, known};
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start_ = Clock::now();
};

/// One build. A builder that has failed once is not used again.
class Build {
 public:
  Build(const Arguments& arguments, const UsedLibrary& used, Events& events)
      : arguments_(arguments),
        events_(events),
        profiles_(read_profiles(arguments)),
        log_(log_events(arguments.one_or_none("--log-level"), events)),
        recorder_(events, log_),
        progress_(events),
        library_(used.library),
        libraries_(used.library, used.parser),
        builder_(libraries_.builder(log_)) {
    builder_->setErrorRecorder(&recorder_);
    load_plugins(arguments.all("--plugin"), *builder_, log_);
    network_.reset(builder_->createNetworkV2(0));
    network_->setErrorRecorder(&recorder_);
    parser_ = libraries_.parser(*network_, log_);
    config_.reset(builder_->createBuilderConfig());
  }

  int run() {
    if (!parse(arguments_.one("--model"))) return kRefused;
    if (const std::string path = arguments_.one_or_none("--layers"); !path.empty()) write_layers(*network_, path);
    const Stopwatch stopwatch;
    prepare();
    if (const std::string path = arguments_.one_or_none("--plan"); !path.empty()) {
      write_plan(path, stopwatch);
    } else {
      events_.tell(Json::object({{"event", "checked"}, {"seconds", stopwatch.seconds()}}));
    }
    return kDone;
  }

 private:
  bool parse(const std::string& path) {
    const Stopwatch stopwatch;
    // Given back before the build; the parser has copied what it needs.
    const FileMap model = FileMap::open(path_from_utf8(path));
    if (!parser_->parse(model.bytes().data(), model.bytes().size(), path.c_str())) {
      expect_memory();
      events_.tell(Json::object({{"event", "refused"}, {"nodes", refusals(*parser_)}}));
      return false;
    }
    events_.tell(Json::object({{"event", "parsed"},
                               {"layers", network_->getNbLayers()},
                               {"inputs", inputs_json(*network_)},
                               {"outputs", outputs_json(*network_)},
                               {"seconds", stopwatch.seconds()}}));
    return true;
  }

  void prepare() {
    check_profiles(profiles_, *network_);
    add_profiles(profiles_, *builder_, *config_, log_);
    set_targets(arguments_.all("--target"), *config_, log_);
    configure(arguments_, *library_, *config_, log_);
    timing_cache_ = use_timing_cache(arguments_, *library_, *config_, log_);
    if (parse_bool("--serialize-plugins", arguments_.one_or_none("--serialize-plugins"))) {
      serialize_plugins(arguments_.all("--plugin"), *config_, log_);
    }
    config_->setProgressMonitor(&progress_);
  }

  void write_plan(const std::string& path, const Stopwatch& stopwatch) {
    // Before the build, which may take minutes: it tells where nothing can be written.
    OutputFile file(path);
    const std::unique_ptr<nvinfer1::IHostMemory> plan(builder_->buildSerializedNetwork(*network_, *config_));
    if (plan == nullptr) {
      expect_memory();
      throw Error(Code::kBuildFailed, log_.explain("TensorRT builds no engine"), {{"reason", "builder"}});
    }
    file.write({static_cast<const char*>(plan->data()), plan->size()});
    file.close();
    save_timing_cache(arguments_, timing_cache_.get());
    events_.tell(Json::object({{"event", "built"},
                               {"bytes", plan->size()},
                               {"seconds", stopwatch.seconds()},
                               {"peakBytes", peak_process_bytes()}}));
  }

  /// What TensorRT could not do for lack of memory is told as that.
  void expect_memory() {
    if (!recorder_.has_failed_allocation()) return;
    throw Error(Code::kOutOfMemory, log_.explain("TensorRT has not enough memory for the build"), {{"kind", "host"}});
  }

  const Arguments& arguments_;
  Events& events_;
  const std::vector<ShapeProfile> profiles_;
  TensorRtLog log_;
  ErrorRecorder recorder_;
  Progress progress_;
  TimingCachePtr timing_cache_;  // outlives the builder
  const std::shared_ptr<const Library> library_;
  const Libraries libraries_;
  const std::unique_ptr<nvinfer1::IBuilder> builder_;
  std::unique_ptr<nvinfer1::INetworkDefinition> network_;
  std::unique_ptr<nvonnxparser::IParser> parser_;
  std::unique_ptr<nvinfer1::IBuilderConfig> config_;
};

}  // namespace

int build(std::span<const char* const> given, Events& events) {
  const Arguments arguments = read_arguments(given);
  const UsedLibrary used = use_library(arguments, events);
  return Build(arguments, used, events).run();
}

}  // namespace ntrt::tensorrt
