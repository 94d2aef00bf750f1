#pragma once
// What NVIDIA's libraries are on this machine, for `doctor`.

#include "binding/napi_setup.h"

namespace ntrt::binding {

/// Adds `findTensorRt(flavour)` to the addon's exports; `lib/native/contract.ts` says what it takes and gives. It opens
/// libraries, which takes up to a second, and one that is damaged may end the process: for a child process.
void define_libraries(Napi::Env env, Napi::Object exports);

}  // namespace ntrt::binding
