// TensorRT 11: it is found, builds the perceptron, and computes what ONNX Runtime computed on a processor.
#include "core/error.h"
#include "cuda/graph.h"
#include "test/gpu/build_plan.h"
#include "test/gpu/bytes.h"
#include "test/gpu/errors.h"
#include "test/gpu/find_tensorrt.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"
#include "test/gpu/mlp.h"
#include "test/gpu/mlp_session.h"
#include "test/gpu/text.h"
#include "test/gpu/time_runs.h"

namespace ntrt::gpu {
namespace {

using tensorrt::Libraries;
using tensorrt::TensorRtLog;

/// What FP32 results may differ by, as a part of the largest: sums of 1024 products in another order differ by some
/// 1e-6, with TF32, which must be off, by some 1e-3.
constexpr double kTolerance = 1e-4;

Mlp read_mlp(const Machine& machine) {
  if (machine.models.empty()) throw Skipped("no folder of models was given");
  return Mlp::read(machine.models);
}

/// The library is accepted as what it is, and not as TensorRT-RTX, whose virtual tables are others.
std::string version(Machine& machine) {
  const auto library = find_tensorrt(machine);
  const Error error = error_of("TensorRT taken for TensorRT-RTX",
                               [&] { tensorrt::open_library(tensorrt::Flavour::kTensorRtRtx, library->path); });
  expect(error.code() == Code::kBackendUnavailable, "taken for TensorRT-RTX: " + message(error));
  return to_string(library->version) + ", " + library->path;
}

/// Bytes that are no plan are refused with an error, and the runtime goes on.
std::string foreign_plans(Machine& machine) {
  const Libraries libraries = open_tensorrt(machine);
  const cuda::ContextPtr context = machine.context();
  const cuda::ContextScope scope(*context);
  TensorRtLog log;
  const auto runtime = libraries.runtime(log);
  std::string noise(1 << 20, '\0');
  for (size_t i = 0; i < noise.size(); ++i) noise[i] = static_cast<char>(pattern_byte(i, 5));
  std::string first_error;
  for (const std::string& bytes : {noise, noise.substr(0, 100), std::string("ftrt"), std::string(4096, '\0')}) {
    const std::unique_ptr<nvinfer1::ICudaEngine> engine(runtime->deserializeCudaEngine(bytes.data(), bytes.size()));
    const std::vector<std::string> errors = log.take_errors();
    expect(engine == nullptr && !errors.empty(), format("%zu bytes of no plan are taken for one", bytes.size()));
    if (first_error.empty()) first_error = errors.front();
  }
  return first_error;
}

std::string build(Machine& machine) {
  const Libraries libraries = open_tensorrt(machine);
  const Mlp mlp = read_mlp(machine);
  const cuda::ContextPtr context = machine.context();
  const cuda::ContextScope scope(*context);
  const auto begin = Clock::now();
  // As scripts/lib/gpu/models.mjs names its input.
  const auto [plan, num_layers] =
      build_plan(libraries, mlp.model, nullptr, {{"x", {mlp.dims(1), mlp.dims(8), mlp.dims(mlp.rows())}}});
  machine.plan.assign(static_cast<const char*>(plan->data()), plan->size());
  return format("%d layers in %.1f s, a plan of %.1f MB", num_layers, ms_since(begin) / 1000,
                static_cast<double>(plan->size()) / 1e6);
}

const std::string& plan_of(const Machine& machine) {
  if (machine.plan.empty()) throw Skipped("there is no plan: see tensorrt/build");
  return machine.plan;
}

/// The plan, loaded, with the device's context current.
struct Loaded {
  explicit Loaded(const Machine& machine)
      : libraries(open_tensorrt(machine)),
        mlp(read_mlp(machine)),
        context(machine.context()),
        scope(*context),
        session(libraries, context, plan_of(machine), mlp) {}

  Libraries libraries;
  Mlp mlp;
  cuda::ContextPtr context;
  cuda::ContextScope scope;
  MlpSession session;
};

double compare(MlpSession& session, const Mlp& mlp, int rows, const std::string& what) {
  const double difference = relative_difference(session.output(rows), mlp.expected_rows(rows));
  const std::string text = format("%s of %d rows differs by %.1e of the largest number, allowed is %.0e", what.c_str(),
                                  rows, difference, kTolerance);
  expect(difference <= kTolerance, text);
  return difference;
}

std::string run(Machine& machine) {
  Loaded loaded(machine);
  auto& [libraries, mlp, context, scope, session] = loaded;
  double worst = 0;
  std::string times;
  for (const int rows : {1, 8, mlp.rows()}) {
    session.set_rows(rows);
    session.run(rows);
    worst = std::max(worst, compare(session, mlp, rows, "a run"));
    times += format("; %d rows %.1f µs", rows,
                    microseconds_per_run(session.stream(), num_timed_runs(machine, 1000), [&] { session.enqueue(); }));
  }
  return format("differs from ONNX Runtime's CPU results by %.1e of the largest, allowed is %.0e", worst, kTolerance) +
         times;
}

/// The same from a graph: TensorRT's work is captured and launched.
std::string graph(Machine& machine) {
  Loaded loaded(machine);
  auto& [libraries, mlp, context, scope, session] = loaded;
  const int rows = mlp.rows();
  session.set_rows(rows);
  session.run(rows);  // TensorRT prepares itself in the first run, which cannot be captured
  cuda::GraphExec exec;
  {
    cuda::StreamCapture capture(session.stream());
    session.enqueue();
    exec = cuda::GraphExec::instantiate(capture.finish());
  }
  session.clear_output();
  session.upload(rows);
  exec.launch(session.stream());
  session.download(rows);
  compare(session, mlp, rows, "a launch");
  const double us =
      microseconds_per_run(session.stream(), num_timed_runs(machine, 1000), [&] { exec.launch(session.stream()); });
  return format("%d rows %.1f µs a launch", rows, us);
}

}  // namespace

std::vector<Item> tensorrt_items() {
  return {{"tensorrt/version", version},
          {"tensorrt/foreign-plans", foreign_plans},
          {"tensorrt/build", build},
          {"tensorrt/run", run},
          {"tensorrt/graph", graph}};
}

}  // namespace ntrt::gpu
