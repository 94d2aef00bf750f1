#pragma once
// TensorRT, as the library's loader finds it.

#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/loader/library.h"
#include "test/gpu/item.h"
#include "test/gpu/machine.h"

namespace ntrt::gpu {

/// Throws Skipped where there is none, or none that goes with the driver.
inline std::shared_ptr<const tensorrt::Library> find_tensorrt(const Machine& machine) {
  const auto search = tensorrt::find_library(tensorrt::Flavour::kTensorRt);
  if (!search) throw Skipped(search.describe("library of tensorrt"));
  if (machine.has_standin && !is_standin(search.found->path)) {
    throw Skipped("the driver is a stand-in, and TensorRT is none");
  }
  return search.found;
}

inline tensorrt::Libraries open_tensorrt(const Machine& machine) {
  const auto library = find_tensorrt(machine);
  return {tensorrt::Flavour::kTensorRt, library->path, library->parser};
}

/// A stand-in computes on the processor, and its times say nothing.
inline int num_timed_runs(const Machine& machine, int on_a_gpu) { return machine.has_standin ? 3 : on_a_gpu; }

}  // namespace ntrt::gpu
