#pragma once
// How much memory this process takes.

#include <cstdint>

namespace ntrt {

/// The most that was in memory at one time so far, in bytes; 0 where the system does not say. Windows is written for
/// and was never tried, as macOS.
uint64_t peak_process_bytes() noexcept;

}  // namespace ntrt
