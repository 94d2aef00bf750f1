#pragma once
// The process that asked holds the other end of the standard input. When it dies, however it does, that ends.

namespace ntrt::builder {

inline constexpr int kAskerDied = 3;

/// From now on the end of the standard input ends this process at once, with the exit code kAskerDied. Throws
/// std::system_error where there can be no thread for it.
void watch_standard_input();

}  // namespace ntrt::builder
