#pragma once
// The stand-in driver for tests in this process: opened by our own loader, and its own functions beside it.

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "cuda/context.h"
#include "cuda/driver.h"
#include "test/cuda/standin_control.h"
#include "test/support/built.h"

namespace ntrt::cuda::testing {

/// Two devices, violations counted. The settings of a test end with it.
inline const Driver& standin_driver() {
  static const Driver* const kDriver = [] {
    STANDIN(standin_set)("STANDIN_ON_VIOLATION", "count");
    setenv("NODE_TENSORRT_CUDA_LIBRARY", built::kStandinCuda, 1);
    return find_driver().found.get();
  }();
  if (kDriver == nullptr) {
    ADD_FAILURE() << find_driver().describe("stand-in driver");
    std::abort();
  }
  return *kDriver;
}

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
