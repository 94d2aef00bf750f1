// Plans: what fits which library and device, and what is damaged.
#include "test/standins/tensorrt/tests/tensorrt_fixture.h"

namespace standin::testing {
namespace {

using nvinfer1::BuilderFlag;

class PlanTest : public TensorrtTest {
 protected:
  /// Why these bytes are refused; "" if they are not.
  std::string refusal(const std::string& plan) {
    const std::unique_ptr<nvinfer1::ICudaEngine> loaded(runtime->deserializeCudaEngine(plan.data(), plan.size()));
    return loaded != nullptr ? "" : log.explain("");
  }
  std::string plan_text(void (*configure)(nvinfer1::IBuilderConfig&) = nullptr) {
    const auto plan = build(identity(), kProfile, configure);
    return {static_cast<const char*>(plan->data()), plan->size()};
  }
};

TEST_F(PlanTest, WhatIsDamagedIsRefused) {
  const std::string whole = plan_text();
  EXPECT_EQ(refusal(whole), "");
  EXPECT_NE(refusal("").find("no engine"), std::string::npos);
  EXPECT_NE(refusal("ONNX?").find("no engine"), std::string::npos);
  EXPECT_NE(refusal(whole.substr(0, 100)).find("truncated"), std::string::npos);
  EXPECT_NE(refusal(whole.substr(0, whole.size() - 1)).find("truncated"), std::string::npos);
  std::string damaged = whole;
  damaged.back() ^= 1;
  EXPECT_NE(refusal(damaged).find("damaged"), std::string::npos);
}

TEST_F(PlanTest, AnEngineThatIsWrittenAgainIsTheSame) {
  const std::string whole = plan_text();
  engine.reset(runtime->deserializeCudaEngine(whole.data(), whole.size()));
  const std::unique_ptr<nvinfer1::IHostMemory> again(engine->serialize());
  EXPECT_EQ(std::string(static_cast<const char*>(again->data()), again->size()), whole);
}

TEST_F(PlanTest, AFaultFailsTheBuildOrTheLoad) {
  const std::string whole = plan_text();
  const Setting fault("STANDIN_FAULTS",
                      "buildSerializedNetwork:nth=1;deserializeCudaEngine:nth=1;createInferRuntime:nth=1");
  EXPECT_EQ(build(identity()), nullptr);
  EXPECT_NE(refusal(whole), "");
  EXPECT_EQ(refusal(whole), "");
  EXPECT_THROW(libraries.runtime(log), ntrt::Error);
}

TEST_F(PlanTest, WithoutMemoryForTheWeightsThereIsNoEngine) {
  const std::string whole = plan_text();
  const Setting memory_size("STANDIN_MEMORY", "4KiB");
  EXPECT_NE(refusal(whole).find("no device memory"), std::string::npos);
}

TEST_F(PlanTest, AVersionCompatibleOneNeedsLeaveToBringCode) {
  const std::string plan =
      plan_text([](nvinfer1::IBuilderConfig& config) { config.setFlag(BuilderFlag::kVERSION_COMPATIBLE); });
  EXPECT_NE(refusal(plan).find("not allowed"), std::string::npos);
  runtime->setEngineHostCodeAllowed(true);
  EXPECT_EQ(refusal(plan), "");
}

/// Counts what is out.
class Allocator : public nvinfer1::IGpuAllocator {
 public:
  explicit Allocator(const ntrt::cuda::ContextPtr& context) : context_(context) {}
  void* allocate(uint64_t bytes, uint64_t, nvinfer1::AllocatorFlags) noexcept override {
    blocks_.push_back(ntrt::cuda::DeviceMemory::allocate(context_, bytes));
    return reinterpret_cast<void*>(blocks_.back().get());
  }
  bool deallocate(void* memory) noexcept override {
    return std::erase_if(blocks_, [&](const auto& block) { return reinterpret_cast<void*>(block.get()) == memory; }) ==
           1;
  }
  size_t out() const { return blocks_.size(); }

 private:
  ntrt::cuda::ContextPtr context_;
  std::vector<ntrt::cuda::DeviceMemory> blocks_;
};

TEST_F(PlanTest, TakesTheProgramsMemoryAndGivesItBack) {
  const std::string plan = plan_text();
  Allocator allocator(context);
  runtime->setGpuAllocator(&allocator);
  engine.reset(runtime->deserializeCudaEngine(plan.data(), plan.size()));
  EXPECT_EQ(allocator.out(), 1U);
  execution.reset(engine->createExecutionContext());
  EXPECT_EQ(allocator.out(), 2U);
  execution.reset();
  engine.reset();
  EXPECT_EQ(allocator.out(), 0U);
}

#ifdef TRT_MAJOR_RTX
void for_other_gpus(nvinfer1::IBuilderConfig& config) {
  config.setNbComputeCapabilities(1);
  config.setComputeCapability(nvinfer1::ComputeCapability::kSM120, 0);
}

TEST_F(PlanTest, AnEngineForOtherGpusIsRefusedAndItsHeaderSaysSo) {
  using nvinfer1::EngineInvalidityDiagnostics;
  using nvinfer1::EngineValidity;
  const std::string plan = plan_text();
  const std::string other = plan_text(for_other_gpus);
  EXPECT_NE(refusal(other).find("compute capabilities"), std::string::npos);
  const int64_t header = runtime->getEngineHeaderSize();
  uint64_t reasons = 0;
  EXPECT_EQ(runtime->getEngineValidity(plan.data(), header, &reasons), EngineValidity::kVALID);
  EXPECT_EQ(reasons, 0U);
  EXPECT_EQ(runtime->getEngineValidity(other.data(), header, &reasons), EngineValidity::kINVALID);
  EXPECT_EQ(reasons, static_cast<uint64_t>(EngineInvalidityDiagnostics::kUNSUPPORTED_CC));
  EXPECT_EQ(runtime->getEngineValidity("x", 1, &reasons), EngineValidity::kINVALID);
  EXPECT_EQ(reasons, static_cast<uint64_t>(EngineInvalidityDiagnostics::kMALFORMED_ENGINE));
}

TEST_F(PlanTest, OneThatIsBuiltForTheCurrentGpuRunsOnIt) {
  const std::string plan = plan_text([](nvinfer1::IBuilderConfig& config) {
    config.setNbComputeCapabilities(1);
    config.setComputeCapability(nvinfer1::ComputeCapability::kCURRENT, 0);
  });
  EXPECT_EQ(refusal(plan), "");
}
#else
TEST_F(PlanTest, IsBuiltForTheFirstGpuWhereNoneIsCurrent) {
  scope.reset();
  const std::string plan = plan_text();
  scope.emplace(*context);
  EXPECT_EQ(refusal(plan), "");
}
#endif

}  // namespace
}  // namespace standin::testing
