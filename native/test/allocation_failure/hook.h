#pragma once
// Makes chosen calls of operator new fail. Linked into a program, or preloaded into one (preload.cc), it replaces every
// operator new of the process: that of the C++ library and of ONNX Runtime as well as ours.

#include <cstddef>

namespace ntrt::testing {

/// Whose allocations are counted, and fail.
enum class Callers {
  kOurs,  ///< those of the module that set_our_module() names, also when it makes them by way of the C++ library
  kAll,   ///< everybody's: also ONNX Runtime's
};

enum class Failures {
  kOne,         ///< the n-th allocation only
  kAllFromNth,  ///< it and all that follow: memory stays exhausted
};

/// The module (program or shared library) with this address in it is ours.
void set_our_module(const void* address);

/// From now on the n-th allocation (from 1) fails, whichever thread makes it.
void arm(size_t n, Failures failures, Callers callers);

/// Back to normal. Returns how many allocations were counted since arm().
size_t disarm();

}  // namespace ntrt::testing
