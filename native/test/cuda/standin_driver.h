#pragma once
// The stand-in driver for tests in this process: opened by our own loader, and its own functions beside it.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/shared_library.h"
#include "cuda/context.h"
#include "cuda/driver.h"
#include "test/standins/cuda/standin.h"

namespace ntrt::cuda::testing {

/// One of standin.h's functions.
template <typename Function>
Function* standin_function(const char* name) {
  return reinterpret_cast<Function*>(load_symbol(STANDIN_CUDA_LIBRARY, name));
}
#define STANDIN(name) ::ntrt::cuda::testing::standin_function<decltype(::name)>(#name)

/// Two devices, violations counted. The settings of a test end with it.
inline const Driver& standin_driver() {
  static const Driver* const kDriver = [] {
    STANDIN(standin_set)("STANDIN_ON_VIOLATION", "count");
    setenv("NODE_TENSORRT_CUDA_LIBRARY", STANDIN_CUDA_LIBRARY, 1);
    return find_driver().found.get();
  }();
  if (kDriver == nullptr) {
    ADD_FAILURE() << find_driver().describe("stand-in driver");
    std::abort();
  }
  return *kDriver;
}

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

/// A context of device 0, and the check that a test did nothing wrong and left nothing.
class CudaTest : public ::testing::Test {
 protected:
  CudaTest() : driver(standin_driver()), context(PrimaryContext::retain(driver, {0})) {}
  void TearDown() override {
    context.reset();
    EXPECT_EQ(take_violations(), "");
  }

  const Driver& driver;
  ContextPtr context;
};

}  // namespace ntrt::cuda::testing
