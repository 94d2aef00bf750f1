// parse_check --library libnvinfer --parser libnvonnxparser --model FILE [--model …]: has the real ONNX parser of
// TensorRT 11 read models, and prints what it refuses and the network's tensors as JSON. Needs no GPU.
// Exit code: 0 all were parsed, 1 one was refused, 2 nothing could be tried.

#include <cstdlib>
#include <iostream>

#include "backends/tensorrt/builder/arguments.h"
#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/refusals.h"
#include "backends/tensorrt/builder/tensors.h"
#include "test/nvidia/model_file.h"
#include "test/nvidia/run_main.h"
#include "test/nvidia/standin_guard.h"

namespace ntrt::nvidia {
namespace {

using tensorrt::Arguments;
using tensorrt::inputs_json;
using tensorrt::Libraries;
using tensorrt::outputs_json;
using tensorrt::refusals;
using tensorrt::TensorRtLog;

Json parse(const Libraries& libraries, const std::string& path, bool& is_good) {
  const std::string model = read_model(path);
  TensorRtLog log;
  const auto builder = libraries.builder(log);
  const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
  const auto parser = libraries.parser(*network, log);
  is_good = parser->parse(model.data(), model.size(), path.c_str());
  return Json::object({{"model", path},
                       {"ok", is_good},
                       {"refused", refusals(*parser)},
                       {"inputs", inputs_json(*network)},
                       {"outputs", outputs_json(*network)},
                       {"layers", network->getNbLayers()},
                       {"errors", Json::array(log.take_errors())},
                       {"warnings", Json::array(log.take_warnings())}});
}

int run(int argc, char** argv) {
  const Arguments arguments(argc, argv, {"--library", "--parser", "--model"});
  refuse_standins();
  // Undocumented: without it TensorRT makes no builder where there is no GPU. For tests only.
  setenv("TRT_INTERNAL_OPTIONS", "--cpu_only=1", 1);  // NOLINT(concurrency-mt-unsafe): no other thread yet
  const Libraries libraries(tensorrt::Flavour::kTensorRt, arguments.one("--library"), arguments.one("--parser"));
  std::vector<Json> models;
  bool all_good = true;
  for (const std::string& path : arguments.all("--model")) {
    bool is_good = false;
    models.push_back(parse(libraries, path, is_good));
    all_good = all_good && is_good;
  }
  if (models.empty()) throw std::invalid_argument("give a --model");
  std::cout << Json::object({{"version", libraries.version()}, {"models", Json::array(models)}}).text() << '\n';
  return all_good ? 0 : 1;
}

}  // namespace
}  // namespace ntrt::nvidia

int main(int argc, char** argv) { return ntrt::nvidia::run_main("parse_check", ntrt::nvidia::run, argc, argv); }
