#pragma once
// Errors on their way out of a module.

#include <utility>

#include "backends/tensorrt/module/runtime_api.h"
#include "core/error.h"

namespace ntrt::tensorrt {

/// Never fails: where there is no memory for it, it is a failure that was made beforehand. OUT_OF_MEMORY gets the
/// detail kind ('device', 'pinned') where the driver said it.
const NtrtFailure* make_failure(const Error& error) noexcept;
void release_failure(const NtrtFailure* failure) noexcept;

/// What `body` throws, or null.
template <typename Body>
const NtrtFailure* failure_of(Body&& body) noexcept {
  try {
    std::forward<Body>(body)();
    return nullptr;
  } catch (...) {
    return make_failure(Error::current());
  }
}

}  // namespace ntrt::tensorrt
