#pragma once

namespace ntrt {

/// Whether the calling thread is the process's first. False where the system does not say (Windows).
bool is_main_thread() noexcept;

}  // namespace ntrt
