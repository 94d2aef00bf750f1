#pragma once
// The real ONNX Runtime in tests.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "backends/cpu/ort_api.h"
#include "memory/sanitizer.h"

#if defined(NTRT_ADDRESS_SANITIZER) && defined(__linux__)
#include <sanitizer/lsan_interface.h>
#define NTRT_LEAK_SANITIZER 1
#endif

namespace ntrt::testing {

/// Path of the library, from the environment variable NODE_TENSORRT_ONNXRUNTIME; "" if there is none to test with.
inline std::string onnxruntime_path() {
  const char* path = std::getenv("NODE_TENSORRT_ONNXRUNTIME");  // NOLINT(concurrency-mt-unsafe): nobody writes it
  return path != nullptr ? path : "";
}

/// Opens the library. Returns why tests over it cannot run here; "" if they can.
inline std::string prepare_onnxruntime() {
  if (onnxruntime_path().empty()) return "NODE_TENSORRT_ONNXRUNTIME does not name the ONNX Runtime library";
#ifdef NTRT_LEAK_SANITIZER
  // What the library makes at its start it never frees. What it makes later is watched.
  const __lsan::ScopedDisabler start_of_library;
#endif
  cpu::OrtLibrary::open(onnxruntime_path(), [] {});
  return "";
}

/// A test over the real library is skipped, with its reason, where there is none.
class OrtTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = prepare_onnxruntime(); !why.empty()) GTEST_SKIP() << why;
  }
};

}  // namespace ntrt::testing
