#pragma once
// What the real library can do and the stand-in cannot.

#include <type_traits>

namespace standin {

/// Reports it as a violation of the kind not-modelled: with STANDIN_ON_VIOLATION=abort the process ends here.
void report_not_modelled(const char* function);
/// Likewise, and always ends the process.
[[noreturn]] void end_not_modelled(const char* function);

/// The body of such a function.
template <typename T>
T not_modelled(const char* function) {
  if constexpr (std::is_reference_v<T>) {
    end_not_modelled(function);
  } else {
    report_not_modelled(function);
    return T();
  }
}

}  // namespace standin
