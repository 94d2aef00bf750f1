#include "backends/tensorrt/runtime/runtime_table.h"

#include "backends/tensorrt/runtime/engine_instance.h"
#include "backends/tensorrt/runtime/failure.h"
#include "backends/tensorrt/runtime/loaded_engine.h"

struct NtrtEngine {
  ntrt::tensorrt::LoadedEngine engine;
};

struct NtrtInstance {
  ntrt::tensorrt::EngineInstance instance;
};

namespace ntrt::tensorrt {
namespace {

const NtrtFailure* load_plan(const NtrtPlanRequest* request, NtrtEngine** engine) {
  return failure_of([&] { *engine = new NtrtEngine{LoadedEngine(*request)}; });
}

void unload_plan(NtrtEngine* engine) { delete engine; }

const NtrtEngineFacts* describe_plan(const NtrtEngine* engine) { return &engine->engine.facts(); }

const NtrtFailure* create_instance(NtrtEngine* engine, NtrtInstance** instance) {
  return failure_of([&] { *instance = new NtrtInstance{EngineInstance(engine->engine)}; });
}

void destroy_instance(NtrtInstance* instance) { delete instance; }

const NtrtFailure* run_instance(NtrtInstance* instance, const NtrtInput* inputs, size_t num_inputs,
                                const NtrtOutputs* outputs) {
  return failure_of([&] { instance->instance.run({inputs, num_inputs}, *outputs); });
}

}  // namespace

const NtrtRuntime& runtime_table() noexcept {
  static constexpr NtrtRuntime kTable{sizeof(NtrtRuntime), load_plan,        unload_plan,  describe_plan,
                                      create_instance,     destroy_instance, run_instance, release_failure};
  return kTable;
}

}  // namespace ntrt::tensorrt
