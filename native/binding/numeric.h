#pragma once
// Bulk work on numbers, as plain functions of the addon.
//
// They work on the JavaScript thread, at once, on memory that JavaScript sees, and need no port: the caller hands over
// one slice at a time (`lib/onnx/numeric/slices.ts`) and lets the event loop turn in between. A thread would save
// nothing: a slice of 1 MiB of float32 takes 17 µs to become float16 with AVX2 and 0.4 ms without, 25 µs and 0.3 ms to
// become bfloat16; statistics of it take 0.5 ms (of random bits 2.5 ms; measured on an AMD EPYC, GCC 12 -O2). Waking a
// thread and the event loop again costs 0.1 ms and more, and memory that a user sees is touched by its JavaScript
// thread only (docs/adr/0001).

#include "binding/napi_setup.h"

namespace ntrt::binding {

/// Adds the functions to the addon's exports; `NativeNumeric` of `lib/native/numeric-contract.ts` says what each takes.
void define_numeric(Napi::Env env, Napi::Object exports);

}  // namespace ntrt::binding
