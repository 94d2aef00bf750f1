#pragma once
// Nothing of what happens here is told to anybody.

namespace ntrt {

/// ONNX Runtime 1.30 and later collect telemetry on Linux and macOS, keep it in the user's cache folder and send it to
/// Microsoft, unless ORT_DISABLE_TELEMETRY is set before its first environment is made. Sets it to 1 where nobody has
/// set it. On the JavaScript thread when the addon is loaded: the environment is changed while other threads may read
/// it, so it is best done early; where it is set already nothing is changed.
void opt_out_of_telemetry() noexcept;

}  // namespace ntrt
