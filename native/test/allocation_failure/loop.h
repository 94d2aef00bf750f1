#pragma once
// The loop that SQLite's tests made known: an operation is done again and again, and each time the next of its
// allocations fails, until it needs no more of them than have failed already. Every time it must succeed or say
// OUT_OF_MEMORY, and leave everything as it was.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "core/error.h"
#include "test/allocation_failure/hook.h"

namespace ntrt::testing {

/// More than any operation here needs: one that never gets that far never succeeds.
inline constexpr size_t kMostAllocations = 20000;

/// For loops that try both, and for the names of their tests.
inline constexpr auto kBoth = {Failures::kOne, Failures::kAllFromNth};
inline std::string name_of(Failures failures) { return failures == Failures::kOne ? "Once" : "FromThenOn"; }

/// `prepare` returns what `act` works on, with all memory there is. `act` does the operation and returns its error, if
/// any. `check` looks at what is left: (state, error). Returns how many allocations the operation makes.
template <typename Prepare, typename Act, typename Check>
size_t fail_each_allocation(Failures failures, Prepare prepare, Act act, Check check) {
  for (size_t n = 1; n <= kMostAllocations; ++n) {
    auto state = prepare();
    arm(n, failures, Callers::kOurs);
    const std::optional<Error> error = act(state);
    const size_t counted = disarm();
    SCOPED_TRACE("allocation " + std::to_string(n));
    EXPECT_TRUE(!error || error->code() == Code::kOutOfMemory) << error->message();
    check(state, error);
    if (counted < n) {
      EXPECT_FALSE(error) << "it failed although it got all memory it asked for: " << error->message();
      return n - 1;
    }
    if (::testing::Test::HasFailure()) return n;
  }
  ADD_FAILURE() << "still not done with " << kMostAllocations << " allocations";
  return kMostAllocations;
}

/// For `act`: the error that `body` throws, if any.
template <typename F>
std::optional<Error> failure_of(F&& body) {
  try {
    std::forward<F>(body)();
  } catch (...) {
    return Error::current();
  }
  return std::nullopt;
}

}  // namespace ntrt::testing
