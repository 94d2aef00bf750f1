#pragma once
// A function that was looked up in a library at run time.

namespace ntrt::cuda {

/// Whether a library may be without a function.
enum class Need { kRequired, kOptional };
inline constexpr Need kRequired = Need::kRequired;
inline constexpr Need kOptional = Need::kOptional;

/// `call` is null for an optional function that this library does not have.
template <typename Function>
struct Entry {
  const char* name;
  int version;
  Need need;
  Function call = nullptr;
};

}  // namespace ntrt::cuda
