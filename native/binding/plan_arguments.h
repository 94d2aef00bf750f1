#pragma once
// The option `plan` of a load, from JavaScript.

#include <optional>

#include "backends/plan_request.h"
#include "binding/napi_setup.h"

namespace ntrt::binding {

/// NativePlanRequest of lib/native/plan-contract.ts; none where the option is undefined.
std::optional<PlanRequest> read_plan(const Napi::Object& options);

/// Id of the messages about its log; 0: nobody is told.
int64_t read_plan_log(const Napi::Object& options);

}  // namespace ntrt::binding
