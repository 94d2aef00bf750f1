#pragma once
// Options of a load, from JavaScript. The TypeScript side has validated them and filled in the defaults.

#include "binding/napi_setup.h"
#include "model/model_estimate.h"
#include "runtime/load_job.h"

namespace ntrt::binding {

/// `model` is a path or a NativeStaging that is given away.
QueueOptions read_queue_options(const Napi::Object& options);
Napi::Object write_queue_options(Napi::Env env, const QueueOptions& queue);
ModelRequest read_model_arguments(Napi::Env env, napi_value model, const Napi::Object& options);
EstimateRequest read_estimate_arguments(Napi::Env env, napi_value model, const Napi::Object& options);
LoadRequest read_load_arguments(Napi::Env env, napi_value model, const Napi::Object& options);

}  // namespace ntrt::binding
