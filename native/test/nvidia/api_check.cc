// api_check_tensorrt, api_check_rtx --library L --parser P --model FILE --broken FILE --operator NAME …:
// makes the same calls of whatever library it is given and prints what each of them answered, so that the answers of a
// stand-in can be compared with those of the real library. The model is one with open dimensions that needs no plugin;
// the broken one is refused by the parser. Needs no GPU. Exit code: 0, or 2 where nothing could be tried.

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/profile.h"
#include "backends/tensorrt/builder/refusals.h"
#include "backends/tensorrt/builder/tensors.h"
#include "test/nvidia/api_settings.h"
#include "test/nvidia/model_file.h"
#include "test/nvidia/progress.h"
#include "test/nvidia/run_main.h"
#include "test/nvidia/standin_guard.h"

namespace ntrt::nvidia {
namespace {

using tensorrt::add_profile;
using tensorrt::Arguments;
using tensorrt::dims_json;
using tensorrt::inputs_json;
using tensorrt::Libraries;
using tensorrt::outputs_json;
using tensorrt::parse_profile;
using tensorrt::refusals;
using tensorrt::TensorRtLog;

using nvinfer1::Dims;
using nvinfer1::OptProfileSelector;

#ifdef TRT_MAJOR_RTX
constexpr auto kFlavour = tensorrt::Flavour::kTensorRtRtx;
#else
constexpr auto kFlavour = tensorrt::Flavour::kTensorRt;
#endif

Dims dims_of(std::initializer_list<int64_t> sizes) {
  Dims dims{static_cast<int32_t>(sizes.size()), {}};
  std::copy(sizes.begin(), sizes.end(), dims.d);
  return dims;
}

/// How much was said, not how: texts differ from version to version.
Json said(TensorRtLog& log) {
  return Json::object({{"errors", !log.take_errors().empty()}, {"warnings", !log.take_warnings().empty()}});
}

struct Files {
  std::string path;
  std::string model;
  std::string broken;
};

Json parsing(const Libraries& libraries, const Files& files, const std::vector<std::string>& operators) {
  TensorRtLog log;
  const auto builder = libraries.builder(log);
  const auto parse = [&](const std::string& bytes) {
    const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
    const auto parser = libraries.parser(*network, log);
    const bool is_good = parser->parse(bytes.data(), bytes.size(), files.path.c_str());
    return Json::object({{"ok", is_good},
                         {"refused", refusals(*parser)},
                         {"numErrors", parser->getNbErrors()},
                         {"inputs", inputs_json(*network)},
                         {"outputs", outputs_json(*network)},
                         {"hasLayers", network->getNbLayers() > 0},
                         {"said", said(log)}});
  };
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const auto parser = libraries.parser(*network, log);
  std::vector<std::string> supported;
  for (const std::string& name : operators) {
    if (parser->supportsOperator(name.c_str())) supported.push_back(name);
  }
  const bool first = parser->parse(files.broken.data(), files.broken.size());
  const int num_errors = parser->getNbErrors();
  parser->clearErrors();
  log.take_errors();
  return Json::object(
      {{"operators", Json::array(supported)},
       {"flags", parser->getFlags()},
       {"model", parse(files.model)},
       {"broken", parse(files.broken)},
       {"nothing", parse("")},
       {"garbage", parse(std::string(64, '\xff'))},
       {"half", parse(files.model.substr(0, files.model.size() / 2))},
       {"clearErrors", Json::object({{"parsed", first}, {"before", num_errors}, {"after", parser->getNbErrors()}})},
       {"noErrorAt", parser->getError(99) == nullptr}});
}

Json network(const Libraries& libraries, const Files& files) {
  TensorRtLog log;
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const std::string first_name = network->getName();
  network->setName("mine");
  const bool is_empty = network->getNbInputs() == 0 && network->getNbOutputs() == 0 && network->getNbLayers() == 0;
  const auto parser = libraries.parser(*network, log);
  parser->parse(files.model.data(), files.model.size());
  const Json said_so_far = said(log);
  nvinfer1::ITensor& input = *network->getInput(0);
  const std::string name = input.getName();
  input.setName("renamed");
  return Json::object({{"isEmpty", is_empty},
                       {"flags", network->getFlags()},
                       {"name", first_name},
                       {"nameAfterwards", network->getName()},
                       {"noInput", network->getInput(99) == nullptr},
                       {"noOutput", network->getOutput(99) == nullptr},
                       {"isInput", input.isNetworkInput()},
                       {"isOutput", input.isNetworkOutput()},
                       {"isShape", input.isShapeTensor()},
                       {"isExecution", input.isExecutionTensor()},
                       {"input", name},
                       {"renamed", network->getInput(0)->getName()},
                       {"firstDimension", input.getDimensionName(0) != nullptr ? input.getDimensionName(0) : "none"},
                       {"output", network->getOutput(0)->isNetworkOutput()},
                       {"sameBuilder", &network->getBuilder() == builder.get()},
                       {"said", said_so_far}});
}

Json profiles(const Libraries& libraries) {
  TensorRtLog log;
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  std::vector<Json> answers;
  const auto ask = [&](const char* what, std::array<Dims, 3> shapes, int count = 3) {
    nvinfer1::IOptimizationProfile& profile = *builder->createOptimizationProfile();
    const std::array selectors = {OptProfileSelector::kMIN, OptProfileSelector::kOPT, OptProfileSelector::kMAX};
    std::vector<bool> taken;
    for (int i = 0; i < count; ++i) taken.push_back(profile.setDimensions("x", selectors[i], shapes[i]));
    const bool is_valid = profile.isValid();
    const Dims opt = profile.getDimensions("x", OptProfileSelector::kOPT);
    answers.push_back(Json::object({{"what", what},
                                    {"taken", Json::array(taken)},
                                    {"valid", is_valid},
                                    {"opt", dims_json(opt)},
                                    {"optRank", opt.nbDims},
                                    {"added", config->addOptimizationProfile(&profile)},
                                    {"said", said(log)}}));
  };
  ask("good", {dims_of({1, 64}), dims_of({8, 64}), dims_of({32, 64})});
  ask("all the same", {dims_of({4, 64}), dims_of({4, 64}), dims_of({4, 64})});
  ask("least over best", {dims_of({9, 64}), dims_of({8, 64}), dims_of({32, 64})});
  ask("best over most", {dims_of({1, 64}), dims_of({33, 64}), dims_of({32, 64})});
  ask("two ranks", {dims_of({1, 64}), dims_of({8, 64, 1}), dims_of({32, 64})});
  ask("negative", {dims_of({-1, 64}), dims_of({8, 64}), dims_of({32, 64})});
  ask("zero", {dims_of({0, 64}), dims_of({8, 64}), dims_of({32, 64})});
  ask("without the most", {dims_of({1, 64}), dims_of({8, 64}), {}}, 2);
  ask("nothing", {}, 0);
  nvinfer1::IOptimizationProfile& profile = *builder->createOptimizationProfile();
  return Json::object({{"profiles", Json::array(answers)},
                       {"number", config->getNbOptimizationProfiles()},
                       {"unknownRank", profile.getDimensions("z", OptProfileSelector::kMIN).nbDims},
                       {"extraMemory", profile.getExtraMemoryTarget()},
                       {"shapeValues", profile.getNbShapeValues("x")}});
}

Json configuration(const Libraries& libraries) {
  using nvinfer1::MemoryPoolType;
  TensorRtLog log;
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  std::vector<int> levels;
  for (const int level : {-1, 0, 5, 6}) {
    config->setBuilderOptimizationLevel(level);
    levels.push_back(config->getBuilderOptimizationLevel());
  }
  const uint32_t flags = config->getFlags();
  config->setFlag(nvinfer1::BuilderFlag::kDEBUG);
  const bool is_set = config->getFlag(nvinfer1::BuilderFlag::kDEBUG);
  config->clearFlag(nvinfer1::BuilderFlag::kDEBUG);
  config->setMemoryPoolLimit(MemoryPoolType::kWORKSPACE, size_t{64} << 20U);
  const Json common = Json::object({{"flags", flags},
                                    {"flagIsSet", is_set},
                                    {"flagIsCleared", !config->getFlag(nvinfer1::BuilderFlag::kDEBUG)},
                                    {"levels", Json::array(levels)},
                                    {"workspace", config->getMemoryPoolLimit(MemoryPoolType::kWORKSPACE)},
                                    {"verbosity", static_cast<int>(config->getProfilingVerbosity())},
                                    {"capability", static_cast<int>(config->getEngineCapability())},
                                    {"hardware", static_cast<int>(config->getHardwareCompatibilityLevel())},
                                    {"platform", static_cast<int>(config->getRuntimePlatform())},
                                    {"auxStreams", config->getMaxAuxStreams()},
                                    {"noMonitor", config->getProgressMonitor() == nullptr},
                                    {"threads", builder->getMaxThreads()},
                                    {"threadsTaken", builder->setMaxThreads(3)},
                                    {"threadsAfterwards", builder->getMaxThreads()},
                                    {"noThreadsTaken", builder->setMaxThreads(0)},
                                    {"said", said(log)}});
#ifdef TRT_MAJOR_RTX
  using nvinfer1::ComputeCapability;
  const int32_t before = config->getNbComputeCapabilities();
  const bool too_early = config->setComputeCapability(ComputeCapability::kSM86, 0);
  const bool taken = config->setNbComputeCapabilities(2);
  const bool first = config->setComputeCapability(ComputeCapability::kSM86, 0);
  const bool again = config->setComputeCapability(ComputeCapability::kSM86, 1);
  const bool beyond = config->setComputeCapability(ComputeCapability::kSM89, 2);
  return Json::object({{"common", common},
                       {"before", before},
                       {"tooEarly", too_early},
                       {"taken", taken},
                       {"first", first},
                       {"firstIs", static_cast<int>(config->getComputeCapability(0))},
                       {"again", again},
                       {"beyond", beyond},
                       {"afterwards", config->getNbComputeCapabilities()},
                       {"negative", config->setNbComputeCapabilities(-1)},
                       {"none", config->setNbComputeCapabilities(0)},
                       {"said", said(log)}});
#else
  return Json::object({{"common", common}});
#endif
}

#ifdef TRT_MAJOR_RTX
// Not of TensorRT, whose runtime, made without a GPU by that undocumented variable, is none: its first call crashes.
Json runtime(const Libraries& libraries) {
  TensorRtLog log;
  const auto runtime = libraries.runtime(log);
  const std::string garbage(4096, 'x');
  const std::unique_ptr<nvinfer1::ICudaEngine> engine(runtime->deserializeCudaEngine(garbage.data(), garbage.size()));
  return Json::object(
      {{"garbage", engine != nullptr}, {"hostCode", runtime->getEngineHostCodeAllowed()}, {"said", said(log)}});
}

/// Ends a build at its n-th step.
class Canceller : public nvinfer1::IProgressMonitor {
 public:
  void phaseStart(const char*, const char*, int32_t) noexcept override {}
  bool stepComplete(const char*, int32_t) noexcept override { return false; }
  void phaseFinish(const char*) noexcept override {}
};

Json building(const Libraries& libraries, const Files& files, const std::vector<std::string>& profile_texts) {
  struct Case {
    const char* what;
    std::vector<nvinfer1::ComputeCapability> targets;
    bool has_profile;
    bool is_cancelled;
  };
  using nvinfer1::ComputeCapability;
  std::vector<Json> answers;
  for (const Case& c :
       {Case{"for one", {ComputeCapability::kSM86}, true, false},
        Case{"for two", {ComputeCapability::kSM86, ComputeCapability::kSM120}, true, false},
        Case{"for Turing", {ComputeCapability::kSM75}, true, false},
        Case{"without a profile", {ComputeCapability::kSM86}, false, false},
        Case{"for the GPU that is here", {}, true, false}, Case{"cancelled", {ComputeCapability::kSM86}, true, true}}) {
    TensorRtLog log;
    Progress progress(c.what);
    Canceller canceller;
    const auto builder = libraries.builder(log);
    const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
    const auto parser = libraries.parser(*network, log);
    parser->parse(files.model.data(), files.model.size(), files.path.c_str());
    const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
    if (c.is_cancelled) {
      config->setProgressMonitor(&canceller);
    } else {
      config->setProgressMonitor(&progress);
    }
    if (!c.targets.empty()) config->setNbComputeCapabilities(static_cast<int32_t>(c.targets.size()));
    for (size_t i = 0; i < c.targets.size(); ++i) config->setComputeCapability(c.targets[i], static_cast<int32_t>(i));
    if (c.has_profile) {
      nvinfer1::IOptimizationProfile& profile = *builder->createOptimizationProfile();
      for (const std::string& text : profile_texts) add_profile(profile, parse_profile(text));
      config->addOptimizationProfile(&profile);
    }
    const std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
    answers.push_back(Json::object({{"what", c.what},
                                    {"built", plan != nullptr},
                                    {"larger", plan != nullptr && plan->size() > files.model.size() / 2},
                                    {"type", plan != nullptr ? static_cast<int>(plan->type()) : -1},
                                    {"phases", progress.json()},
                                    {"said", said(log)}}));
  }
  return Json::array(answers);
}
#endif

int run(int argc, char** argv) {
  const Arguments arguments(argc, argv, {"--library", "--parser", "--model", "--broken", "--operator", "--profile"});
  refuse_standins();
  // Undocumented: without it TensorRT makes no builder where there is no GPU. For tests only.
  setenv("TRT_INTERNAL_OPTIONS", "--cpu_only=1", 1);  // NOLINT(concurrency-mt-unsafe): no other thread yet
  const Libraries libraries(kFlavour, arguments.one("--library"), arguments.one("--parser"));
  const Files files{arguments.one("--model"), read_model(arguments.one("--model")),
                    read_model(arguments.one("--broken"))};
  std::cout << Json::object({
                                {"version", libraries.version()},
                                {"parsing", parsing(libraries, files, arguments.all("--operator"))},
                                {"network", network(libraries, files)},
                                {"profiles", profiles(libraries)},
                                {"configuration", configuration(libraries)},
                                {"settings", settings(libraries)},
                                {"recording", recording(libraries)},
#ifdef TRT_MAJOR_RTX
                                {"runtime", runtime(libraries)},
                                {"building", building(libraries, files, arguments.all("--profile"))},
#else
                                {"timingCaches", timing_caches(libraries)},
#endif
                            })
                   .text()
            << '\n';
  return 0;
}

}  // namespace
}  // namespace ntrt::nvidia

int main(int argc, char** argv) { return ntrt::nvidia::run_main("api_check", ntrt::nvidia::run, argc, argv); }
