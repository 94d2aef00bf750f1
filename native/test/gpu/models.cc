// Real models in each precision: TensorRT builds them and computes what ONNX Runtime computed on a processor.
#include <algorithm>
#include <filesystem>

#include "test/gpu/build_plan.h"
#include "test/gpu/find_tensorrt.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/model_case.h"
#include "test/gpu/model_session.h"
#include "test/gpu/text.h"
#include "test/gpu/time_runs.h"

namespace ntrt::gpu {
namespace {

using tensorrt::Libraries;
using tensorrt::TensorRtLog;

std::unique_ptr<nvinfer1::IHostMemory> build_case(const Libraries& libraries, const ModelCase& model) {
  std::vector<tensorrt::InputProfile> inputs;
  for (size_t i = 0; i < model.samples.front().inputs.size(); ++i) inputs.push_back(model.profile(i));
  return build_plan(libraries, nvidia::read_model(model.path), model.path.c_str(), inputs).plan;
}

/// Builds, runs every sample, and launches the first one from a graph.
std::string try_case(const Machine& machine, const Libraries& libraries, const ModelCase& model) {
  const cuda::ContextPtr context = machine.context();
  const cuda::ContextScope scope(*context);
  const auto begin = Clock::now();
  const auto plan = build_case(libraries, model);
  const double seconds = ms_since(begin) / 1000;
  ModelSession session(libraries, context, *plan);
  Comparison runs;
  for (const CaseSample& sample : model.samples) {
    session.set(sample);
    session.enqueue();
    session.compare(sample, runs);
  }
  const double db = worst_db(runs, model.least_snr);
  const CaseSample& first = model.samples.front();
  session.set(first);
  session.enqueue();
  const double run_us =
      microseconds_per_run(session.stream(), num_timed_runs(machine, 200), [&] { session.enqueue(); });
  const cuda::GraphExec exec = session.capture();
  Comparison launched;
  session.set(first);
  exec.launch(session.stream());
  session.compare(first, launched);
  worst_db(launched, model.least_snr);
  const double graph_us =
      microseconds_per_run(session.stream(), num_timed_runs(machine, 200), [&] { exec.launch(session.stream()); });
  return format("%.1f dB, built in %.1f s, plan %.1f MB, scratch %.1f MB, %.0f µs a run, %.0f µs from a graph", db,
                seconds, static_cast<double>(plan->size()) / 1e6, static_cast<double>(session.scratch_bytes()) / 1e6,
                run_us, graph_us);
}

std::vector<std::filesystem::path> folders_in(const std::filesystem::path& parent) {
  std::vector<std::filesystem::path> folders;
  if (!std::filesystem::is_directory(parent)) return folders;
  for (const auto& entry : std::filesystem::directory_iterator(parent)) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

/// All models of one precision, the others too where one fails.
std::string try_precision(const Machine& machine, const std::string& precision) {
  if (machine.models.empty()) throw Skipped("no folder of models was given");
  const Libraries libraries = open_tensorrt(machine);
  if (machine.has_standin && precision == "bf16") {
    throw Skipped("the stand-in computes with ONNX Runtime, which has no bfloat16 on a processor");
  }
  const auto folders = folders_in(std::filesystem::path(machine.models) / "cases" / precision);
  if (folders.empty()) throw Skipped("there are no models in " + precision);
  TensorRtLog log;
  libraries.builder(log);  // where there is none at all, that is said once
  std::string text;
  bool all_good = true;
  for (const std::filesystem::path& folder : folders) {
    text += (text.empty() ? "" : "; ") + folder.filename().string() + ": ";
    try {
      text += try_case(machine, libraries, ModelCase::read(folder));
    } catch (const std::exception& reason) {
      text += std::string("FAILED: ") + reason.what();
      all_good = false;
    }
  }
  expect(all_good, text);
  return text;
}

}  // namespace

std::vector<Item> model_items() {
  std::vector<Item> items;
  for (const std::string_view name : {"models/fp32", "models/fp16", "models/bf16"}) {
    items.push_back({name, [name](Machine& machine) { return try_precision(machine, std::string(name.substr(7))); }});
  }
  return items;
}

}  // namespace ntrt::gpu
