#pragma once
// What files are that are offered as models.

#include "binding/napi_setup.h"

namespace ntrt::binding {

/// Adds `fileKind(beginning, size)` to the addon's exports; `lib/native/model-contract.ts` says what it takes and
/// gives.
void define_file_kinds(Napi::Env env, Napi::Object exports);

}  // namespace ntrt::binding
