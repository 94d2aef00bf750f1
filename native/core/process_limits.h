#pragma once
// A child process that tries out an untrusted model limits itself.

#include <cstdint>

namespace ntrt {

/// Lets this process have `bytes` more of private memory than it has now, and write no core file. Allocations beyond
/// fail. Cannot be undone. False where the system has no such limit (macOS); Windows is written for and was never
/// tried.
bool limit_process_memory(uint64_t bytes) noexcept;

/// What is left of such a limit; 2^64 - 1 without one, and where it cannot be known (Windows).
uint64_t process_memory_left() noexcept;

}  // namespace ntrt
