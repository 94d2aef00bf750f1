#pragma once
// The stand-in driver's own functions, for tests in its process. No header of CUDA's.

#include <array>
#include <string>
#include <thread>

#include "core/shared_library.h"
#include "test/standins/cuda/standin.h"
#include "test/support/built.h"

namespace ntrt::cuda::testing {

/// One of standin.h's functions.
template <typename Function>
Function* standin_function(const char* name) {
  return reinterpret_cast<Function*>(load_symbol(built::kStandinCuda, name));
}
#define STANDIN(name) ::ntrt::cuda::testing::standin_function<decltype(::name)>(#name)

/// What the program did wrong since the last call; forgets it.
inline std::string take_violations() {
  std::array<char, 8192> text{};
  STANDIN(standin_take_violations)(text.data(), text.size());
  return text.data();
}

/// Lets what hangs go on; what is not there yet hangs only for releases after it.
template <typename Predicate>
void release_hangs_until(Predicate is_over) {
  while (!is_over()) {
    STANDIN(standin_release_hangs)();
    std::this_thread::yield();
  }
}

/// Sets a setting for the lifetime of this object.
class Setting {
 public:
  Setting(const char* name, const std::string& value) : name_(name) { STANDIN(standin_set)(name, value.c_str()); }
  Setting(const Setting&) = delete;
  Setting& operator=(const Setting&) = delete;
  ~Setting() { STANDIN(standin_set)(name_, defaults()); }

 private:
  const char* defaults() const {
    const std::string name = name_;
    if (name.starts_with("STANDIN_MEMORY")) return "8GiB";
    if (name == "STANDIN_FAULTS") return "";
    if (name == "STANDIN_LEAKS") return "context,exit";
    return name == "STANDIN_POOLS" ? "1" : "0";  // rates and latency: none
  }
  const char* name_;
};

}  // namespace ntrt::cuda::testing
