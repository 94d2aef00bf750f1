#pragma once
// A stand-in of TensorRT and its parser, opened as our own programs open the real ones, and an engine of a small model.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/tensorrt/builder/libraries.h"
#include "backends/tensorrt/builder/profile.h"
#include "test/cuda/stream_fixture.h"
#include "test/support/built.h"
#include "test/support/onnx_models.h"

namespace standin::testing {

using ntrt::cuda::testing::Setting;
using ntrt::cuda::testing::take_violations;

#ifdef TRT_MAJOR_RTX
inline constexpr auto kFlavour = ntrt::tensorrt::Flavour::kTensorRtRtx;
#else
inline constexpr auto kFlavour = ntrt::tensorrt::Flavour::kTensorRt;
#endif

/// What computes is ONNX Runtime, but for ThreadSanitizer, which does not see into it: there it is the stub.
inline void choose_compute() {
#ifdef __SANITIZE_THREAD__
  setenv("STANDIN_TENSORRT_COMPUTE", "stub", 1);
#endif
}

class TensorrtTest : public ntrt::cuda::testing::StreamFixture {
 protected:
  TensorrtTest() : scope(std::in_place, *context) {
    choose_compute();
    runtime = libraries.runtime(log);
  }
  void TearDown() override {
    execution.reset();
    engine.reset();
    runtime.reset();
    scope.reset();
    StreamFixture::TearDown();
  }

  /// Null where the build failed. With a profile for the input x, as "x=1x4,2x4,8x4"; "" for none.
  std::unique_ptr<nvinfer1::IHostMemory> build(const std::string& model, const std::string& profile_text = kProfile,
                                               void (*configure)(nvinfer1::IBuilderConfig&) = nullptr) {
    const auto builder = libraries.builder(log);
    const std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(0));
    const auto parser = libraries.parser(*network, log);
    if (!parser->parse(model.data(), model.size())) return nullptr;
    const std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
    if (!profile_text.empty()) {
      nvinfer1::IOptimizationProfile& profile = *builder->createOptimizationProfile();
      ntrt::tensorrt::add_profile(profile, ntrt::tensorrt::parse_profile(profile_text));
      config->addOptimizationProfile(&profile);
    }
    if (configure != nullptr) configure(*config);
    return std::unique_ptr<nvinfer1::IHostMemory>(builder->buildSerializedNetwork(*network, *config));
  }

  std::unique_ptr<nvinfer1::ICudaEngine> load(const nvinfer1::IHostMemory& plan) {
    return std::unique_ptr<nvinfer1::ICudaEngine>(runtime->deserializeCudaEngine(plan.data(), plan.size()));
  }

  /// An engine of y = x, float32 of N rows of 4, with a context for `rows` of them: x at the begin of `memory`, y
  /// behind 1024 bytes.
  void prepare(int64_t rows) {
    const auto plan = build(identity());
    ASSERT_NE(plan, nullptr) << log.explain("");
    engine = load(*plan);
    ASSERT_NE(engine, nullptr) << log.explain("");
    execution.reset(engine->createExecutionContext());
    ASSERT_NE(execution, nullptr) << log.explain("");
    ASSERT_TRUE(execution->setInputShape("x", nvinfer1::Dims2(rows, 4)));
    ASSERT_TRUE(execution->setTensorAddress("x", address(0)));
    ASSERT_TRUE(execution->setTensorAddress("y", address(kOutput)));
  }

  void* address(uint64_t offset) const { return reinterpret_cast<void*>(memory.get() + offset); }

  static std::string identity() { return ntrt::testing::identity_model(ntrt::DType::kFloat32, {"N", "4"}); }

  static constexpr const char* kProfile = "x=1x4,2x4,8x4";
  static constexpr uint64_t kOutput = 1024;

  ntrt::tensorrt::TensorRtLog log;
  ntrt::tensorrt::Libraries libraries{kFlavour, ntrt::built::kStandinTensorRt, ntrt::built::kStandinParser};
  std::optional<ntrt::cuda::ContextScope> scope;
  std::unique_ptr<nvinfer1::IRuntime> runtime;
  std::unique_ptr<nvinfer1::ICudaEngine> engine;
  std::unique_ptr<nvinfer1::IExecutionContext> execution;
};

}  // namespace standin::testing
