// build_check --library libtensorrt_rtx --parser libtensorrt_onnxparser_rtx --model FILE --target sm86 [--target …]
// [--profile INPUT=MIN,OPT,MAX …]: has the real TensorRT-RTX build an engine for each compute capability ahead of time,
// prints its progress on stderr and what came of it as JSON. Needs no GPU; nothing is run.
// Exit code: 0 all were built, 1 one was not, 2 nothing could be tried.

#include <chrono>
#include <iostream>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/profile.h"
#include "backends/tensorrt/builder/refusals.h"
#include "backends/tensorrt/builder/targets.h"
#include "test/nvidia/model_file.h"
#include "test/nvidia/progress.h"
#include "test/nvidia/run_main.h"
#include "test/nvidia/standin_guard.h"

namespace ntrt::nvidia {
namespace {

using tensorrt::Arguments;
using tensorrt::InputProfile;
using tensorrt::Libraries;
using tensorrt::TensorRtLog;

struct Request {
  std::string path;
  std::string model;
  std::vector<InputProfile> profile;
};

/// One build. A builder that has failed once is not used again.
Json build(const Libraries& libraries, const Request& request, const std::string& target, bool& is_good) {
  TensorRtLog log;
  Progress progress(target);
  const auto start = std::chrono::steady_clock::now();
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const auto parser = libraries.parser(*network, log);
  const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  config->setProgressMonitor(&progress);
  tensorrt::set_targets({target}, *config, log);
  if (!request.profile.empty()) {
    nvinfer1::IOptimizationProfile* profile = builder->createOptimizationProfile();  // owned by the builder
    for (const InputProfile& input : request.profile) tensorrt::add_profile(*profile, input);
    if (config->addOptimizationProfile(profile) < 0) {
      throw std::invalid_argument(log.explain("TensorRT does not take the profile"));
    }
  }
  std::unique_ptr<nvinfer1::IHostMemory> plan;
  if (parser->parse(request.model.data(), request.model.size(), request.path.c_str())) {
    plan.reset(builder->buildSerializedNetwork(*network, *config));
  }
  is_good = plan != nullptr;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  return Json::object({{"target", target},
                       {"ok", is_good},
                       {"seconds", seconds.count()},
                       {"planBytes", is_good ? plan->size() : 0},
                       {"phases", progress.json()},
                       {"refused", tensorrt::refusals(*parser)},
                       {"errors", Json::array(log.take_errors())},
                       {"warnings", Json::array(log.take_warnings())}});
}

int run(int argc, char** argv) {
  const Arguments arguments(argc, argv, {"--library", "--parser", "--model", "--target", "--profile"});
  refuse_standins();
  const Libraries libraries(tensorrt::Flavour::kTensorRtRtx, arguments.one("--library"), arguments.one("--parser"));
  Request request{arguments.one("--model"), read_model(arguments.one("--model")), {}};
  for (const std::string& text : arguments.all("--profile")) request.profile.push_back(tensorrt::parse_profile(text));
  std::vector<Json> targets;
  bool all_good = true;
  for (const std::string& target : arguments.all("--target")) {
    bool is_good = false;
    targets.push_back(build(libraries, request, target, is_good));
    all_good = all_good && is_good;
  }
  if (targets.empty()) throw std::invalid_argument("give a --target");
  std::cout << Json::object(
                   {{"version", libraries.version()}, {"model", request.path}, {"targets", Json::array(targets)}})
                   .text()
            << '\n';
  return all_good ? 0 : 1;
}

}  // namespace
}  // namespace ntrt::nvidia

int main(int argc, char** argv) { return ntrt::nvidia::run_main("build_check", ntrt::nvidia::run, argc, argv); }
