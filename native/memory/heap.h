#pragma once
// The C library's own heap, which ONNX Runtime uses beside our pools (graph structures, protobuf).

#include <cstddef>

namespace ntrt {

/// Gives free pages of the C heap back to the system. May take milliseconds; not for the JavaScript thread.
void trim_heap() noexcept;

}  // namespace ntrt
