#include "binding/plan_arguments.h"

#include <vector>

#include "binding/read_options.h"

namespace ntrt::binding {
namespace {

/// As the option weightBudget, where -1 is what TensorRT thinks best.
constexpr int64_t kAllOnDevice = -2;

/// [{ name, dims: (number | string)[], usual: number[] }]
std::vector<PlanNames> read_plan_names(napi_env env, napi_value tensors) {
  std::vector<PlanNames> names;
  each_element(env, tensors, [&](napi_value tensor) {
    PlanNames& one = names.emplace_back();
    one.tensor = to_text(env, get(env, tensor, "name"));
    each_element(env, get(env, tensor, "dims"), [&](napi_value dim) {
      napi_valuetype type = napi_undefined;
      check_alive(napi_typeof(env, dim, &type));
      if (type == napi_string) {
        one.dims.emplace_back(to_text(env, dim));
      } else {
        one.dims.emplace_back(to_integer(env, dim));
      }
    });
    each_element(env, get(env, tensor, "usual"), [&](napi_value size) { one.usual.push_back(to_integer(env, size)); });
  });
  return names;
}

}  // namespace

std::optional<PlanRequest> read_plan(const Napi::Object& options) {
  const Napi::Env env = options.Env();
  const napi_value given = get(env, options, "plan");
  napi_valuetype type = napi_undefined;
  check_alive(napi_typeof(env, given, &type));
  if (type == napi_undefined) return std::nullopt;
  const Napi::Object object(env, given);
  PlanRequest plan;
  plan.module = text(object, "module");
  plan.flavour = text(object, "flavour");
  plan.library = text(object, "library");
  plan.device = text(object, "device");
  plan.file = text(object, "file");
  plan.offset = static_cast<uint64_t>(integer(object, "offset"));
  plan.bytes = static_cast<uint64_t>(integer(object, "bytes"));
  plan.runtime_cache = text(object, "runtimeCache");
  plan.weights = text(object, "weights");
  if (const int64_t budget = integer(object, "weightBudget"); budget != kAllOnDevice) plan.weight_budget = budget;
  plan.inputs = read_plan_names(env, get(env, object, "inputs"));
  plan.outputs = read_plan_names(env, get(env, object, "outputs"));
  return plan;
}

int64_t read_plan_log(const Napi::Object& options) {
  return integer(Napi::Object(options.Env(), get(options.Env(), options, "plan")), "log");
}

}  // namespace ntrt::binding
