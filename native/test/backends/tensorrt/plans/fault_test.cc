// What fails on the way, each call in turn: the error, that nothing is left, and that the next try works.
#include "memory/pools.h"
#include "test/backends/tensorrt/plans/plan_fixture.h"

namespace ntrt::testing {
namespace {

class PlanFaultTest : public PlanTest {
 protected:
  /// Loads, makes an instance and runs it, several times with other sizes.
  void do_all() {
    ModelRunner runner(load(plan_));
    for (const size_t rows : {1U, 8U}) {
      // Blocks grow from 256 bytes on.
      std::vector<float> values = counted_rows(rows * 16);
      const auto outputs = runner.run({view_of({static_cast<int64_t>(rows), 64}, values)});
      EXPECT_EQ(values_of(outputs[0].view), values);
    }
  }

  /// Fails the n-th call of `function` with `code`, for all n that there are; returns how many failed.
  template <typename Check>
  int fail_each(const std::string& function, int code, Check&& check) {
    for (int nth = 1;; ++nth) {
      const Setting fault("STANDIN_FAULTS", function + ":nth=" + std::to_string(nth) + ",code=" + std::to_string(code));
      try {
        do_all();
        return nth - 1;
      } catch (const Error& error) {
        check(error);
      }
      EXPECT_EQ(STANDIN(standin_used_bytes)(0), 0U) << function << ", call " << nth;
    }
  }

  const std::string plan_ = build(identity_model(DType::kFloat32, {"N", "64"}), {{"x=1x64,2x64,8x64"}});
};

constexpr int kOutOfMemory = 2;
constexpr int kInvalidValue = 1;

TEST_F(PlanFaultTest, EachAllocationOfTheDeviceThatFailsIsOutOfMemory) {
  const int failed = fail_each("cuMemAlloc", kOutOfMemory, [](const Error& error) {
    EXPECT_EQ(error.code(), Code::kOutOfMemory) << error.message();
    EXPECT_EQ(detail_of(error, "kind"), "device") << error.message();
  });
  EXPECT_EQ(failed, 6);  // weights, scratch, and input and output twice
  do_all();
}

TEST_F(PlanFaultTest, EachPinnedAllocationThatFailsIsOutOfMemory) {
  const int failed = fail_each("cuMemHostAlloc", kOutOfMemory, [](const Error& error) {
    EXPECT_EQ(error.code(), Code::kOutOfMemory) << error.message();
    EXPECT_EQ(detail_of(error, "kind"), "pinned") << error.message();
  });
  EXPECT_EQ(failed, 4);
  do_all();
}

TEST_F(PlanFaultTest, AnyOtherCallOfTheDriverThatFailsIsToldWithItsName) {
  for (const char* function : {"cuMemcpyHtoDAsync", "cuMemcpyDtoHAsync", "cuStreamSynchronize",
                               "cuStreamCreateWithPriority", "cuDevicePrimaryCtxRetain", "cuCtxPushCurrent"}) {
    const int failed = fail_each(function, kInvalidValue, [&](const Error& error) {
      EXPECT_EQ(error.code(), Code::kBackendError) << error.message();
      EXPECT_NE(error.message().find(function), std::string::npos) << error.message();
      EXPECT_EQ(detail_of(error, "cudaCode"), "1.000000");
    });
    EXPECT_GT(failed, 0) << function;
  }
  do_all();
}

TEST_F(PlanFaultTest, AnInstanceRunsAgainAfterAnyFailureOfARun) {
  for (const char* fault :
       {"cuMemcpyHtoDAsync:code=1", "cuMemcpyDtoHAsync:code=1", "enqueueV3:nth=1", "cuMemAlloc:code=2"}) {
    ModelRunner runner(load(plan_));
    std::vector<float> values = counted_rows(16);
    const Setting setting("STANDIN_FAULTS", fault);
    EXPECT_THROW(runner.run({view_of({1, 64}, values)}), Error) << fault;
    EXPECT_EQ(values_of(runner.run({view_of({1, 64}, values)})[0].view), values) << fault;
  }
}

TEST_F(PlanFaultTest, MemoryIsNotGivenBackWhileWorkOfARunThatFailedUsesIt) {
  ModelRunner runner(load(plan_));
  std::vector<float> values = counted_rows(16);
  {
    const Setting fault("STANDIN_FAULTS", "cuMemcpyDtoHAsync:code=1");
    EXPECT_THROW(runner.run({view_of({1, 64}, values)}), Error);
  }
  std::vector<float> more = counted_rows(8 * 16);  // does not fit into what there is
  EXPECT_EQ(values_of(runner.run({view_of({8, 64}, more)})[0].view), more);
}

TEST_F(PlanFaultTest, WhatTensorRtDoesNotDoIsToldWithItsLog) {
  struct Case {
    const char* function;
    Code code;
  };
  for (const Case& one :
       {Case{"createInferRuntime", Code::kBackendUnavailable}, Case{"deserializeCudaEngine", Code::kEngineIncompatible},
        Case{"createExecutionContext", Code::kBackendError}, Case{"enqueueV3", Code::kBackendError}}) {
    const Setting fault("STANDIN_FAULTS", one.function);
    const Error error = error_of([&] { do_all(); });
    EXPECT_EQ(error.code(), one.code) << error.message();
    if (one.code == Code::kBackendUnavailable) continue;  // says nothing
    EXPECT_NE(detail_of(error, "log").find("a fault that was asked for"), std::string::npos) << one.function;
  }
}

TEST_F(PlanFaultTest, HostMemoryThatIsMissingForAResultIsOutOfMemory) {
  ModelRunner runner(load(plan_));
  std::vector<float> values = counted_rows(16);
  host_pool().fail_allocation(1);
  const Error error = error_of([&] { runner.run({view_of({1, 64}, values)}); });
  EXPECT_EQ(error.code(), Code::kOutOfMemory);
  EXPECT_EQ(detail_of(error, "kind"), "host");
  EXPECT_EQ(values_of(runner.run({view_of({1, 64}, values)})[0].view), values);
}

// The context of a device is lost for the process; no other test uses this one.
TEST_F(PlanFaultTest, AComputationThatLosesTheContextLosesTheDevice) {
  PlanRequest one = request(plan_);
  one.device = "2";
  ModelRunner runner(load(one));
  std::vector<float> values = counted_rows(16);
  {
    const Setting fault("STANDIN_FAULTS", "standin_enqueue:run,code=719");
    const Error error = error_of([&] { runner.run({view_of({1, 64}, values)}); });
    EXPECT_EQ(error.code(), Code::kDeviceLost) << error.message();
    EXPECT_NE(error.message().find("LAUNCH_FAILED"), std::string::npos) << error.message();
  }
  EXPECT_EQ(error_of([&] { runner.run({view_of({1, 64}, values)}); }).code(), Code::kDeviceLost);
  EXPECT_EQ(error_of([&] { runner.model().create_instance(); }).code(), Code::kDeviceLost);
  EXPECT_EQ(error_of([&] { load(one); }).code(), Code::kDeviceLost);
  do_all();  // the other device works on
}

}  // namespace
}  // namespace ntrt::testing
