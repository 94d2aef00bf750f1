#pragma once
// ONNX Runtime's allocations, taken from the process-wide host pool, so that weights and activations are seen
// in `memory.stats()` and given back by `memory.emptyCache()`.

#include <onnxruntime_c_api.h>

#include <optional>

#include "core/error.h"
#include "core/shared_library.h"

namespace ntrt::cpu {

/// Registers the allocator with the environment; sessions use it when "session.use_env_allocators" is 1.
/// `throw_bad_alloc` is how it says that memory is exhausted, see find_bad_alloc_thrower().
/// Returns false when another one is registered already (a second copy of this addon in the process), and when there
/// is no way to say it: ONNX Runtime then allocates by itself.
bool register_host_pool(const OrtApi& api, OrtEnv* env, const OrtMemoryInfo* memory_info,
                        BadAllocThrower throw_bad_alloc);

/// Why an allocation failed on this thread since the last call, if one did. Status codes of ONNX Runtime do not tell an
/// exhausted host from any other failure; this does.
std::optional<Error> take_failed_allocation() noexcept;

}  // namespace ntrt::cpu
